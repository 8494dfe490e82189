//! The language, the roots, and AWS's documented examples.

use std::borrow::Cow;

use super::{Limits, Roots, Template};
use crate::value::Value;

struct Request {
    body: String,
    params: Value,
    context: Value,
}

impl Roots for Request {
    fn body(&self) -> Cow<'_, str> {
        self.body.as_str().into()
    }

    fn params(&self) -> Value {
        self.params.clone()
    }

    fn context(&self) -> Value {
        self.context.clone()
    }

    fn stage_variables(&self) -> Value {
        json(r#"{"alias": "live", "a-b": "dash"}"#)
    }
}

fn json(text: &str) -> Value {
    Value::parse_json(text.as_bytes()).unwrap()
}

fn request(body: &str) -> Request {
    Request {
        body: body.to_owned(),
        params: json(r#"{"path": {"id": "7"}, "querystring": {"q": "a b", "id": "no"}, "header": {"X-Trace": "t1"}}"#),
        context: json(r#"{"httpMethod": "POST", "identity": {"sourceIp": "10.0.0.1", "user": null}}"#),
    }
}

fn outcome(template: &str, body: &str) -> Result<String, String> {
    let template = Template::parse(template).map_err(|error| format!("{:?} {}", error.at, error.message))?;
    let rendered = template.render(&request(body), &Limits::default()).map_err(|error| error.message)?;
    Ok(rendered.text)
}

fn rendered(template: &str) -> String {
    outcome(template, r#"{"name": "Ann", "list": [1, {"a": "b"}], "o": {"x": 1.0, "y": [true, null]}, "none": null}"#)
        .unwrap_or_else(|error| panic!("{template}: {error}"))
}

fn check(cases: &[(&str, &str)]) {
    for (template, expected) in cases {
        assert_eq!(rendered(template), *expected, "{template}");
    }
}

#[test]
fn references_are_text_where_they_are_none() {
    check(&[
        ("a $ b $5 $.x $$ #1 #abc @ \\ end", "a $ b $5 $.x $$ #1 #abc @ \\ end"),
        ("#set($a = 'x')$a ${a} $!a $!{a} ${a}b $a. $a.b $a[", "x x x x xb x.  x["),
        ("$missing|$!missing|${missing.more}|$missing.size()", "|||"),
        ("#set($a-b_1 = 1)$a-b_1", "1"),
        ("#set($a = 1)\\$a \\\\$a \\$none \\#set \\\\#if(true)x#end \\#abc", "$a \\1 \\$none #set \\x \\#abc"),
        ("$input.path('$').name[0]", ""),
    ]);
}

#[test]
fn values_print_as_in_java() {
    check(&[
        ("$input.path('$.o')", "{x=1.0, y=[true,null]}"),
        ("$input.path('$.list')", "[1,{\"a\":\"b\"}]"),
        ("$input.path('$.list[1]')", "{a=b}"),
        ("$input.path('$.list').get(1).a", "b"),
        ("$input.path('$.none')|$input.json('$.none')|$input.json('$.gone')", "|null|\"\""),
        ("#set($x = [1, 'a', [true], {'k': 2}])$x", "[1, a, [true], {k=2}]"),
        ("#set($x = {'a': 1, \"b\": {'c': 'd'}})$x", "{a=1, b={c=d}}"),
        ("#set($x = 1.5e10)$x|#set($x = 0.0001)$x|#set($x = 100.0)$x", "1.5E10|1.0E-4|100.0"),
        ("$util.parseJson('[12345678901234567890, 1e2]')", "[12345678901234567890,100.0]"),
        (
            "#foreach($n in $util.parseJson('[12345678901234567890, 1e2, -0.0]'))$n #end",
            "12345678901234567890 100.0 -0.0 ",
        ),
        ("#set($m = {'a': 1})#foreach($e in $m.entrySet())$e.key:$e.getValue() $e#end", "a:1 a=1"),
        ("$input.params()", "{path={id=7}, querystring={q=a b, id=no}, header={X-Trace=t1}}"),
    ]);
}

#[test]
fn conditions_are_false_only_for_null_and_false() {
    check(&[
        ("#if($none)a#{else}b#end", "b"),
        ("#if(0)a#end#if('')b#end#if([])c#end#if(false)d#end", "abc"),
        ("#if(1 == 2)a#elseif('x' == \"x\")b#else c#end", "b"),
        ("#if(1 == 1.0 && 2 > 1 and 1 le 1 && !(1 gt 2) && not false)yes#end", "yes"),
        ("#if($none || false or 1 != 1)a#{else}no#end", "no"),
        ("#if('1' == 1)a#end#if($none == '')b#end#if($none == $null)c#end#if('a' lt 'b')d#end", "abc"),
        ("#set($t = 1 < 2)$t|#set($f = 'a' && $none)$f", "true|false"),
    ]);
}

#[test]
fn arithmetic_keeps_whole_numbers_whole() {
    check(&[
        ("#set($x = 1 + 2 * 3 - 8 / 3 % 2)$x", "7"),
        ("#set($x = (1 + 2) * 3)$x|#set($x = -7 / 2)$x|#set($x = 7 % -4)$x", "9|-3|3"),
        ("#set($x = 1 / 0)[$x]|#set($x = 9223372036854775807 + 1)[$x]", "[]|[]"),
        ("#set($x = 1 + 0.5)$x|#set($x = 'a' + 1)$x|#set($x = 1 + 'a')$x|#set($x = $no + 'a')$x", "1.5|a1|1a|$noa"),
        ("#set($n = 3)#set($m = $n - 1)$m|#set($m = $n.parseInt('41') + 1)$m", "2|42"),
    ]);
}

#[test]
fn white_space_follows_velocity() {
    check(&[
        ("a\n  #set($x = 1)  \nb", "a\nb"),
        ("a\n#if(true) \n  b\n#end\nc", "a\n  b\nc"),
        ("a ## comment\nb #* block\n *#c", "a b c"),
        ("#foreach($i in [1..2])\n$i,\n#end\nx", "1,\n2,\nx"),
        (" \n a \n ", "a"),
        ("#[[$not #if a]]#b", "$not #if ab"),
        ("#if(true)a#elsex#end", "a"),
    ]);
}

#[test]
fn loops_know_their_round() {
    check(&[
        ("#foreach($i in ['a', 'b'])$foreach.index$foreach.count$i#if($foreach.hasNext),#end#end", "01a,12b"),
        ("#foreach($v in {'a': 1, 'b': 2})$v#end", "12"),
        ("#foreach($i in [3..1])$i#end#foreach($i in $none)x#end#foreach($i in 'abc')x#end", "321"),
        ("#foreach($i in [1..9])#if($i == 3)#break#end$i#end.", "12."),
        ("#foreach($i in [1..2])#foreach($j in [1..2])$foreach.parent.count$j #end#end$!i", "11 12 21 22 "),
        ("#foreach($i in [1..9])$i#if($i == 2)#stop#end#end never", "12"),
        ("#set($i = 'old')#foreach($i in [1])$i#end$i $velocityCount", "1old "),
        ("#foreach($i in [1..2])$velocityCount#if($foreach.first)f#end#if($foreach.last)l#end#end", "1f2l"),
    ]);
    assert_eq!(outcome("#foreach($i in [1..1001])x#end", ""), Err("a `#foreach` has more than 1000 rounds".to_owned()));
}

#[test]
fn macros_and_definitions() {
    check(&[
        ("#macro(row $a $b)\n<$a:$b>#end\n#row('x' 2)#row(1, $none)", "<x:2><1:>"),
        ("#macro(box)[$!bodyContent]#end#@box()in#end", "[in]"),
        ("#define($d)v=$v;#end#set($v = 1)$d#set($v = 2)$d", "v=1;v=2;"),
        ("#set($a = 'outer')#macro(m $a)$a#end#m('inner')$a", "innerouter"),
        ("#row('x')", "#row('x')"),
        ("#macro(down $n)$n#if($n > 0)#set($next = $n - 1)#down($next)#end#end#down(3)", "3210"),
    ]);
    let endless = outcome("#macro(m)#m()#end#m()", "");
    assert_eq!(endless, Err("the template is nested too deeply".to_owned()));
    assert!(outcome("#define($d)$d#end$d", "").is_err());
}

#[test]
fn texts_in_double_quotes_are_templates() {
    check(&[
        (r#"#set($n = "Ann")#set($x = "Hi $n, #if(true)you#end")$x"#, "Hi Ann, you"),
        (r#"#set($x = "a""b")$x|#set($x = 'it''s')$x"#, r#"a"b|it's"#),
        (r#"#set($x = "\n\")$x"#, r"\n\"),
        (r#"#set($k = 'name')$input.json("$.$k")"#, "\"Ann\""),
    ]);
}

#[test]
fn methods_of_java_are_there() {
    check(&[
        ("$input.path('$.name').length() $input.path('$.name').toUpperCase()", "3 ANN"),
        ("#set($s = 'a,b,,')#foreach($p in $s.split(','))[$p]#end $s.split(',').size()", "[a][b] 2"),
        (r#"#set($s = "it\'s")$s.replaceAll("\\'","'")"#, "it's"),
        (
            "#set($s = 'abc')$s.replaceAll('(b)', '<$1>') $s.replaceFirst('.', 'x') $s.replace('b', '$1')",
            "a<b>c xbc a$1c",
        ),
        ("#set($s = 'abcabc')$s.indexOf('c') $s.indexOf('c', 3) $s.lastIndexOf('a') $s.indexOf('z')", "2 5 3 -1"),
        ("#set($s = 'abc')$s.substring(1) $s.substring(0, 2) [$s.substring(9)] $s.charAt(1)", "bc ab [] b"),
        (
            "#set($s = 'abc')$s.matches('a.c') $s.matches('b') $s.startsWith('ab') $s.endsWith('x') $s.contains('b')",
            "true false true false true",
        ),
        (
            "#set($s = ' a ')[$s.trim()] $s.equals(' a ') $s.equalsIgnoreCase(' A ') $s.concat('b').isEmpty()",
            "[a] true true false",
        ),
        (
            "#set($l = [])$l.add('a') $l.add(0, 'b')$l $l.size() $l.contains('a') $l.remove(0) $l.isEmpty()",
            "true [b, a] 2 true b false",
        ),
        ("#set($l = [1, 2])#set($x = $l.set(0, 9))$l$x|#set($l[1] = 7)$l $l[-1] [$l[5]]", "[9, 2]1|[9, 7] 7 []"),
        (
            "#set($m = {})$!m.put('a', 1)$m.put('a', 2) $m.a $m['a'] $m.get('a') $m.containsKey('b') $m.keySet()",
            "1 2 2 2 false [a]",
        ),
        (
            "#set($m = {'a': 1})#set($m.b = [1])#set($n = $m)#set($x = $n.b.add(2))$m $m.remove('a') $m.size()",
            "{a=1, b=[1, 2]} 1 1",
        ),
        ("#set($x = $input.path('$'))#set($x.name = 'Bob')$x.name $x.list.size()", "Bob 2"),
        ("#set($e = '\u{1F600}x')$e.length() $e.substring(2) $e.hashCode()", "3 x 54959989"),
    ]);
}

#[test]
fn input_and_util() {
    check(&[
        (
            "$input.params('id') $input.params('x-trace') [$input.params('gone')] $input.params().header.get('X-Trace')",
            "7 t1 [] t1",
        ),
        ("$input.json('$.o') $input.json('$.list[*]')", r#"{"x":1.0,"y":[true,null]} [1,{"a":"b"}]"#),
        ("$util.escapeJavaScript(\"a'b\")", r"a\'b"),
        ("$util.urlEncode('a b&ü') $util.urlDecode('a+b%26')", "a+b%26%C3%BC a b&"),
        ("$util.base64Encode('hi') $util.base64Decode('aGk=') $util.base64Decode('aGk')", "aGk= hi hi"),
        ("$util.parseJson('{\"a\": [5]}').a[0]", "5"),
        (
            "$context.httpMethod $context.identity.sourceIp [$context.identity.user] [$context.gone]",
            "POST 10.0.0.1 [] []",
        ),
        ("$stageVariables.alias $stageVariables['a-b'] ${stageVariables.alias}!", "live dash live!"),
    ]);
    assert_eq!(outcome("$input.body|$input.json('$')|$input.path('$.a')", "").as_deref(), Ok("{}|{}|"));
    assert_eq!(outcome("$input.body|$input.json('$')|$input.path('$')", "no json").as_deref(), Ok("no json|\"\"|"));
    assert!(outcome("$util.parseJson('no')", "").unwrap_err().contains("is not JSON"));
    assert!(outcome("$input.json('$[')", "").unwrap_err().contains("cannot be read"));
}

#[test]
fn overrides_come_out() {
    let template = "#set($context.responseOverride.status = 444)\n#set($context.requestOverride.header['X-A'] = 'b')\n\
                    #if(true)#set($context.responseOverride.header.foo = \"bar\")#end$context.requestOverride.path.old";
    let template = Template::parse(template).unwrap();
    assert_eq!(template.overrides("requestOverride", "header"), ["X-A"]);
    assert_eq!(template.overrides("responseOverride", "header"), ["foo"]);
    let mut request = request("");
    request.context = json(r#"{"requestOverride": {"path": {"old": "kept"}}}"#);
    let rendered = template.render(&request, &Limits::default()).unwrap();
    assert_eq!(rendered.text, "kept");
    let expected = r#"{"requestOverride":{"path":{"old":"kept"},"header":{"X-A":"b"},"querystring":{}},"responseOverride":{"header":{"foo":"bar"},"status":444}}"#;
    assert_eq!(rendered.overrides.to_json(), expected);
    let twice = "#set($context.responseOverride.status = 400)#set($context.responseOverride.status = 500)";
    assert_eq!(outcome(twice, ""), Err("`$context.responseOverride.status` is set twice".to_owned()));
}

#[test]
fn mistakes_have_their_places() {
    for (template, expected) in [
        ("ab#if(true)x", "2..5 this `#if` has no `#end`"),
        ("a#end", "1..5 this `#end` belongs to no directive"),
        ("#foreach($x in [1])", "0..8 this `#foreach` has no `#end`"),
        ("#foreach($x on [1])#end", "12..13 `in` is missing after the variable of `#foreach`"),
        ("x #parse('a')", "2..8 API Gateway has no `#parse`: a template cannot read another one"),
        ("#include('a')", "0..8 API Gateway has no `#include`: a template cannot read another one"),
        ("#evaluate('a')", "0..9 `#evaluate` is not supported: a template is read once, at load"),
        ("#set($x)", "7..8 `=` is missing after the variable of `#set`"),
        ("#set($x = abc)", "10..13 `abc` is no value: a text has quotes, and a variable begins with `$`"),
        ("#set($x = 'abc)", "10..11 this text has no closing quote"),
        ("#set $x", "0..4 `(` is missing after `#set`"),
        ("\n  $util.toJson($x)", "3..15 `$util.toJson` belongs to AWS AppSync; API Gateway has no such function"),
        ("$util.foo('x')", "0..9 API Gateway has no function `$util.foo`"),
        ("$x.getClass()", "3..11 no value has a method `getClass`"),
        ("$x.matches('(?=a)')", "3..10 the pattern of `matches` cannot be used"),
        ("${a", "0..3 `}` is missing at the end of the reference"),
        ("#* no end", "0..2 the comment has no `*#`"),
        ("#macro(a)#end#macro(a)#end", "13..19 there are two macros `a`"),
        ("#if(\"$util.autoId()\" == 1)#end", "5..17 `$util.autoId` belongs"),
    ] {
        let error = outcome(template, "").unwrap_err();
        assert!(error.starts_with(expected), "{template}: {error}");
    }
}

#[test]
fn everything_has_an_end() {
    let bomb = "#set($a = 'xxxxxxxxxx')#foreach($i in [1..40])#set($a = \"$a$a\")#end";
    assert!(outcome(bomb, "").unwrap_err().contains("too large"));
    let slow = "#foreach($i in [1..1000])#foreach($j in [1..1000])#foreach($k in [1..1000])$i#end#end#end";
    assert!(outcome(slow, "").unwrap_err().contains("steps"));
    let large = "#set($a = 'xxxxxxxxxxxxxxxxxxxx')#foreach($i in [1..10])#set($a = \"$a$a$a\")#end#foreach($i in [1..90])$a#end";
    assert!(outcome(large, "").unwrap_err().contains("too large"));
    assert!(outcome("#foreach($i in [1..100000000000])#end", "").unwrap_err().contains("memory"));
    let circle = "#set($l = [])#set($x = $l.add($l))$l";
    assert!(outcome(circle, "").unwrap_err().contains("nested"));
    let circle = "#set($l = $util.parseJson('[]'))#set($x = $l.add($l))$l";
    assert!(outcome(circle, "").unwrap_err().contains("nested"));
    let groups = format!(
        "#set($a = 'x')#foreach($i in [1..12])#set($a = \"$a$a\")#end$a.replaceAll('(.*)', '{}')",
        "$1".repeat(9000)
    );
    assert!(outcome(&groups, "").is_err());
    for deep in [
        "#if(true)",
        "#set($x = [",
        "#set($x = (",
        "$a[$a",
        "#set($x = !",
        "#set($x = {1: ",
        "#set($x = \"#if(",
        "$a.get(",
    ] {
        assert!(outcome(&deep.repeat(2000), "").is_err() || deep.starts_with("$a"), "{deep}");
    }
    let wide = format!("#set($x = 0{}){}", " + 1".repeat(2000), "$x");
    assert_eq!(outcome(&wide, "").as_deref(), Ok("2000"));
}

/// Developer guide, "Working with models and mapping templates".
#[test]
fn the_examples_of_the_developer_guide() {
    let photos = r#"{"photos": {"page": 1, "pages": "1234", "perpage": 100, "total": "123398", "photo": [
        {"id": "12345678901", "owner": "23456789@A12", "title": "Sample photo 1", "ispublic": 1},
        {"id": "23456789012", "owner": "34567890@B23", "title": "Sample photo 2", "ispublic": 1}]}}"#;
    let template = r#"#set($inputRoot = $input.path('$'))
{
  "photos": [
#foreach($elem in $inputRoot.photos.photo)
    {
      "id": "$elem.id",
      "title": "$elem.title",
      "ispublic": $elem.ispublic
    }#if($foreach.hasNext),#end

#end
  ]
}"#;
    let answer = json(&outcome(template, photos).unwrap());
    let expected = r#"{"photos": [{"id": "12345678901", "title": "Sample photo 1", "ispublic": 1}, {"id": "23456789012", "title": "Sample photo 2", "ispublic": 1}]}"#;
    assert_eq!(answer, json(expected));
    let all = r###"#set($allParams = $input.params())
{
"body-json" : $input.json('$'),
"params" : {
#foreach($type in $allParams.keySet())
    #set($params = $allParams.get($type))
"$type" : {
    #foreach($paramName in $params.keySet())
    "$paramName" : "$util.escapeJavaScript($params.get($paramName))"
        #if($foreach.hasNext),#end
    #end
}
    #if($foreach.hasNext),#end
#end
},
"stage-variables" : {
#foreach($key in $stageVariables.keySet())
"$key" : "$util.escapeJavaScript($stageVariables.get($key))"
    #if($foreach.hasNext),#end
#end
},
"context" : {
    "http-method" : "$context.httpMethod",
    "source-ip" : "$context.identity.sourceIp",
    "user" : "$context.identity.user"
    }
}"###;
    let expected = r#"{"body-json": {"a": [1]}, "params": {"path": {"id": "7"}, "querystring": {"q": "a b", "id": "no"}, "header": {"X-Trace": "t1"}},
        "stage-variables": {"alias": "live", "a-b": "dash"}, "context": {"http-method": "POST", "source-ip": "10.0.0.1", "user": ""}}"#;
    assert_eq!(json(&outcome(all, r#"{"a": [1]}"#).unwrap()), json(expected));
}
