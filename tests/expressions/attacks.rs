//! Small bodies that ask much of an expression.

use serde_json::{Map, Value as Json, json};

/// What it is, the expression, and the body that it is evaluated over.
pub const ATTACKS: &[(&str, &str, Body)] = &[
    ("pad by a number", "$length($pad('a', message.body.n))", Body::Number(1e9)),
    ("pad to the left", "$pad('a', -message.body.n, 'xyz')", Body::Number(1e9)),
    ("pad in a loop", "$count($map([1..1000], function($i) { $pad('a', message.body.n) }))", Body::Number(1e6)),
    (
        "join of a long text",
        "$length($join($map([1..9999], function($v) { message.body.s }), ''))",
        Body::Text(1 << 20),
    ),
    ("join with a long separator", "$length($join($map([1..9999], $string), message.body.s))", Body::Text(1 << 20)),
    (
        "a text that doubles",
        "($f := function($s, $n) { $n = 0 ? $s : $f($s & $s, $n - 1) }; $f('aaaaaaaa', message.body.n))",
        Body::Number(30.0),
    ),
    ("a text that grows", "$reduce([1..100000], function($a, $i) { $a & message.body.s }, '')", Body::Text(10_000)),
    ("texts in a list", "$count([1..100000].($string($) & $$.message.body.s))", Body::Text(100_000)),
    ("replace by a long text", "$length($replace(message.body.s, 'a', message.body.s))", Body::Text(100_000)),
    ("replace with a regex", "$length($replace(message.body.s, /a/, message.body.s))", Body::Text(100_000)),
    (
        "replace with groups",
        "$length($replace(message.body.s, /(a+)/, '$1$1$1$1$1$1$1$1$1$1$1$1$1$1$1$1'))",
        Body::Text(4 << 20),
    ),
    ("replace of nothing", "$length($replace(message.body.s, /x*/, message.body.s))", Body::Text(50_000)),
    (
        "replace with a function",
        "$length($replace(message.body.s, /a/, function($m) { $$.message.body.s }))",
        Body::Text(50_000),
    ),
    ("match of every letter", "$count($match(message.body.s, /a/))", Body::Text(4 << 20)),
    ("match with groups", "$count($match(message.body.s, /(((((((((a)))))))))/))", Body::Text(1 << 20)),
    (
        "match in a loop",
        "$map([1..1000], function($i) { $count($match($$.message.body.s, /a/)) })",
        Body::Text(100_000),
    ),
    ("a large regex", "$map([1..1000], function($i) { $contains('aaaa', /(\\w{100}){20}/) })", Body::Number(1.0)),
    ("a regex that backtracks elsewhere", "$contains(message.body.s, /(a+)+$/)", Body::Text(3 << 20)),
    ("a regex from each place", "$count($match(message.body.s, /a*b/))", Body::Text(300_000)),
    (
        "a regex in a loop over a long text",
        "$map([1..10000], function($i) { $contains($$.message.body.s, /x[a-z]*y/) })",
        Body::Text(1 << 20),
    ),
    (
        "contains in a loop",
        "$map([1..100000], function($i) { $contains($$.message.body.s, 'aaab') })",
        Body::Text(1 << 20),
    ),
    ("split into letters", "$count($split(message.body.s, ''))", Body::Text(4 << 20)),
    ("split at a regex", "$count($split(message.body.s, /a/))", Body::Text(4 << 20)),
    ("split in a loop", "$map([1..1000], function($i) { $split($$.message.body.s, '') })", Body::Text(100_000)),
    (
        "substring in a loop",
        "$map([1..100000], function($i) { $substring($$.message.body.s, $i, 1) })",
        Body::Text(1 << 20),
    ),
    ("length in a loop", "$sum($map([1..100000], function($i) { $length($$.message.body.s) }))", Body::Text(1 << 20)),
    (
        "upper case in a loop",
        "$count($map([1..1000], function($i) { $uppercase($$.message.body.s) }))",
        Body::Text(1 << 20),
    ),
    ("trim in a loop", "$count($map([1..100000], function($i) { $trim($$.message.body.s) }))", Body::Text(1 << 20)),
    ("a range", "$count([1..message.body.n])", Body::Number(1e9)),
    ("a range of nearly the most", "[1..message.body.n]", Body::Number(999_999.0)),
    ("ranges of ranges", "$map([1..message.body.n], function($i) { [1..900000] })", Body::Number(900_000.0)),
    ("ranges in a path", "$count([1..1000].[1..1000].[1..1000])", Body::Number(1.0)),
    ("a list that doubles", "$reduce([1..40], function($a, $i) { $append($a, $a) }, [1, 2, 3])", Body::Number(1.0)),
    ("a list that grows", "$count($reduce([1..100000], function($a, $i) { $append($a, $i) }, []))", Body::Number(1.0)),
    ("a list of lists that doubles", "$reduce([1..60], function($a, $i) { [$a, $a] }, [1])", Body::Number(1.0)),
    (
        "an object that doubles, as text",
        "$length($string($reduce([1..40], function($a, $i) { {'a': $a, 'b': $a} }, 1)))",
        Body::Number(1.0),
    ),
    (
        "an object that doubles, as the result",
        "$reduce([1..40], function($a, $i) { {'a': $a, 'b': $a} }, 1)",
        Body::Number(1.0),
    ),
    (
        "an object that doubles, compared",
        "($x := function($s) { $reduce([1..40], function($a, $i) { {'a': $a, 'b': $a} }, $s) }; $x(1) = $x(1))",
        Body::Number(1.0),
    ),
    (
        "an object that doubles, as true or false",
        "$boolean($reduce([1..40], function($a, $i) { [$a, $a] }, [0, 0]))",
        Body::Number(1.0),
    ),
    (
        "an object that doubles, descended",
        "$count($reduce([1..40], function($a, $i) { {'a': $a, 'b': $a} }, 1).**)",
        Body::Number(1.0),
    ),
    (
        "an object that doubles, transformed",
        "$reduce([1..40], function($a, $i) { {'a': $a, 'b': $a} }, 1) ~> |**|{'c': 1}|",
        Body::Number(1.0),
    ),
    (
        "a list that doubles, flattened",
        "$count($reduce([1..40], function($a, $i) { [[$a, $a]] }, [1]).*.*)",
        Body::Number(1.0),
    ),
    (
        "a list of objects that doubles, walked",
        "$count($reduce([1..40], function($a, $i) { [$a, $a] }, {'a': 1}).a)",
        Body::Number(1.0),
    ),
    (
        "a deep value as indented text",
        "$length($string($reduce([1..100000], function($a, $i) { [[$a]] }, [1]), true))",
        Body::Number(1.0),
    ),
    (
        "a deep value as text",
        "$length($string($reduce([1..900000], function($a, $i) { {'a': $a} }, 1)))",
        Body::Number(1.0),
    ),
    (
        "a deep value, compared",
        "($x := function($s) { $reduce([1..300000], function($a, $i) { {'a': $a} }, $s) }; $x(1) = $x(1))",
        Body::Number(1.0),
    ),
    (
        "a deep value, distinct",
        "$count($distinct([1..100].($reduce([1..3000], function($a, $i) { {'a': $a} }, 1))))",
        Body::Number(1.0),
    ),
    ("distinct of a list", "$count($distinct(message.body.list))", Body::List(300_000)),
    ("distinct of objects", "$count($distinct(message.body.list.{'a': $}))", Body::List(100_000)),
    ("in, for every item", "$count(message.body.list[$ in $$.message.body.list])", Body::List(100_000)),
    ("a filter in a filter", "$count(message.body.list.($x := $; $$.message.body.list[$ = $x]))", Body::List(20_000)),
    ("a cross join", "$count(message.body.list@$x.$$.message.body.list@$y.{'x': $x, 'y': $y})", Body::List(10_000)),
    (
        "a cross join of positions",
        "$count(message.body.list#$x.($$.message.body.list)#$y.[$x, $y])",
        Body::List(10_000),
    ),
    ("sort", "$count($sort(message.body.list))", Body::List(500_000)),
    ("sort with a function", "$count($sort(message.body.list, function($a, $b) { $a > $b }))", Body::List(500_000)),
    (
        "sort with a function in a loop",
        "[1..1000].($count($sort($$.message.body.list, function($a, $b) { $a > $b })))",
        Body::List(100_000),
    ),
    ("sort of a path in a loop", "[1..1000].($count($$.message.body.list^(>$)))", Body::List(100_000)),
    ("sort in a loop", "[1..100000].($count($sort($$.message.body.list)))", Body::List(100_000)),
    ("reverse in a loop", "$count([1..100000].$count($reverse($$.message.body.list)))", Body::List(100_000)),
    ("shuffle in a loop", "$count([1..10000].$count($shuffle($$.message.body.list)))", Body::List(100_000)),
    (
        "zip in a loop",
        "$count([1..10000].$count($zip($$.message.body.list, $$.message.body.list, $$.message.body.list)))",
        Body::List(100_000),
    ),
    ("sums in a loop", "$sum($map([1..100000], function($i) { $sum($$.message.body.list) }))", Body::List(100_000)),
    ("maxima in a path", "$count([1..100000].$max($$.message.body.list))", Body::List(100_000)),
    (
        "strings in a loop",
        "$sum($map([1..10000], function($i) { $length($string($$.message.body.list)) }))",
        Body::List(100_000),
    ),
    ("spread", "$count($spread(message.body.object))", Body::Object(200_000)),
    ("spread in a loop", "$count([1..10000].$count($spread($$.message.body.object)))", Body::Object(50_000)),
    ("merge in a loop", "$count([1..10000].($merge([$$.message.body.object, {'x': 1}])))", Body::Object(50_000)),
    (
        "an object that grows",
        "$reduce([1..50000], function($a, $i) { $merge([$a, {$string($i): $i}]) }, {})",
        Body::Number(1.0),
    ),
    ("keys in a loop", "$count([1..10000].$count($keys($$.message.body.object)))", Body::Object(50_000)),
    (
        "each in a loop",
        "$count([1..10000].$count($each($$.message.body.object, function($v, $k) { $v })))",
        Body::Object(50_000),
    ),
    (
        "sift in a loop",
        "$count([1..10000].($sift($$.message.body.object, function($v) { true })))",
        Body::Object(50_000),
    ),
    ("wildcards in a loop", "$count([1..10000].($$.message.body.object.*))", Body::Object(50_000)),
    ("transform in a loop", "$count([1..10000].($$.message.body.object ~> |$|{'x': 1}|))", Body::Object(50_000)),
    ("descendants in a loop", "$count([1..10000].($count($$.message.body.**)))", Body::List(100_000)),
    ("a group of everything", "message.body.list{$string($): $count($$.message.body.list)}", Body::List(100_000)),
    ("a group in a loop", "$count([1..10000].($$.message.body.list{$string($): $}))", Body::List(50_000)),
    (
        "URLs",
        "$length($reduce([1..20], function($a, $i) { $encodeUrlComponent($a & '%') }, message.body.s & 'ä'))",
        Body::Text(1 << 20),
    ),
    (
        "URLs that grow",
        "$length($reduce([1..30], function($a, $i) { $encodeUrlComponent($replace($a, 'a', '%%%')) }, message.body.s))",
        Body::Text(100_000),
    ),
    (
        "base64 that grows",
        "$length($reduce([1..80], function($a, $i) { $base64encode($a) }, message.body.s))",
        Body::Text(100_000),
    ),
    (
        "base64 in a loop",
        "$count($map([1..10000], function($i) { $base64decode($$.message.body.s) }))",
        Body::Text(1 << 20),
    ),
    ("a number in Roman letters", "$formatInteger(message.body.n, 'I')", Body::Number(1e15)),
    ("a number in letters", "$formatInteger(message.body.n, 'A')", Body::Number(1e308)),
    ("a number in words", "$formatInteger(message.body.n, 'w')", Body::Number(1e308)),
    (
        "a number in words, in a loop",
        "$count($map([1..100000], function($i) { $formatInteger($$.message.body.n, 'Ww;o') }))",
        Body::Number(1e308),
    ),
    ("a picture of a number from a body", "$formatInteger(1, message.body.s)", Body::Picture("#,", 1 << 20, "0")),
    ("a picture of zeros from a body", "$formatNumber(1, message.body.s)", Body::Picture("0", 4 << 20, "0")),
    ("a picture with groups from a body", "$formatNumber(1, message.body.s)", Body::Picture("0,", 1 << 18, "0")),
    (
        "a picture with fractions from a body",
        "$formatNumber(1, '0.' & message.body.s)",
        Body::Picture("0", 1 << 20, "0"),
    ),
    (
        "a picture in a loop",
        "$count($map([1..100000], function($i) { $formatNumber($i, $$.message.body.s) }))",
        Body::Picture("0", 10_000, "0"),
    ),
    ("a base", "$count($map([1..300000], function($i) { $formatBase($$.message.body.n, 2) }))", Body::Number(1e308)),
    ("a date with a wide year", "$fromMillis(1, '[Y,1000000000]')", Body::Number(1.0)),
    (
        "a date with a width from a body",
        "$fromMillis(1, '[Y,' & $string(message.body.n) & ']')",
        Body::Number(1_000_000_000.0),
    ),
    ("a date with a wide name", "$fromMillis(1, '[FNn,1000000000]')", Body::Number(1.0)),
    ("a date with fractions", "$fromMillis(1, message.body.s)", Body::Picture("[f0", 1 << 18, "]")),
    ("a date picture from a body", "$fromMillis(1, message.body.s)", Body::Picture("[Y]", 1 << 20, "")),
    ("a date picture in Roman letters", "$length($fromMillis(message.body.n, '[YI]'))", Body::Number(8e15)),
    ("a date read with a picture", "$toMillis(message.body.s, message.body.s)", Body::Picture("[Y]", 1 << 16, "")),
    (
        "dates read in a loop",
        "$count($map([1..100000], function($i) { $toMillis('2020-01-01', '[Y0001]-[M01]-[D01]') }))",
        Body::Number(1.0),
    ),
    ("a width to read", "$toMillis('1', '[Y,1-1000000000]')", Body::Number(1.0)),
    ("words to read", "$parseInteger(message.body.s, 'w')", Body::Picture("one hundred and ", 1 << 18, "one")),
    ("Roman letters to read", "$parseInteger(message.body.s, 'I')", Body::Picture("M", 4 << 20, "")),
    ("letters to read", "$parseInteger(message.body.s, 'A')", Body::Picture("A", 4 << 20, "")),
    ("digits to read", "$parseInteger(message.body.s, message.body.s)", Body::Picture("0", 1 << 20, "")),
    (
        "a number to read in a loop",
        "$count($map([1..100000], function($i) { $number($$.message.body.s) }))",
        Body::Picture("1", 1 << 20, ""),
    ),
    ("eval of a long text", "$eval(message.body.s)", Body::Picture("1+", 1 << 20, "1")),
    ("eval of a deep text", "$eval(message.body.s)", Body::Picture("[", 1 << 20, "")),
    ("eval of a range", "$eval(message.body.s)", Body::Picture("", 0, "$pad('a', 1e9)")),
    (
        "eval of a large regex",
        "$eval(message.body.s)",
        Body::Picture("", 0, "$contains('a', /((((\\w{50}){50}){50}){50})/)"),
    ),
    ("eval in a loop", "$count([1..1000000].($eval('1+1')))", Body::Number(1.0)),
    ("eval of itself", "($s := '$eval($s)'; $eval($s))", Body::Number(1.0)),
    ("eval of a long name", "$eval('{\"a\":' & message.body.s & '}')", Body::Picture("{\"a\":", 10_000, "1")),
    ("a function without end", "($f := function($n) { $f($n + 1) }; $f(1))", Body::Number(1.0)),
    ("a recursion without end", "($f := function($n) { 1 + $f($n + 1) }; $f(1))", Body::Number(1.0)),
    (
        "a recursion that branches",
        "($f := function($n) { $n < 2 ? 1 : $f($n - 1) + $f($n - 2) }; $f(message.body.n))",
        Body::Number(60.0),
    ),
    (
        "a recursion that holds lists",
        "($f := function($n) { $count($append([1..100000], $f($n + 1))) }; $f(1))",
        Body::Number(1.0),
    ),
    (
        "functions that call functions",
        "($o := function($f) { function($x) { $f($f($x)) } }; $g := $reduce([1..40], function($a, $i) { $o($a) }, function($x) { $x + 1 }); $g(0))",
        Body::Number(1.0),
    ),
    (
        "functions that are chained",
        "($g := $reduce([1..40], function($a, $i) { $a ~> $a }, function($x) { $x + 1 }); $g(0))",
        Body::Number(1.0),
    ),
    (
        "loops in loops",
        "$sum($map([1..1000], function($i) { $sum($map([1..1000], function($j) { $sum($map([1..1000], function($k) { $k })) })) }))",
        Body::Number(1.0),
    ),
    (
        "filters in loops",
        "$count($filter([1..900000], function($i) { $count($filter([1..900000], function($j) { $j > $i })) > 0 }))",
        Body::Number(1.0),
    ),
    ("single in loops", "$count([1..900000].$single([1..900000], function($j) { $j = 900000 }))", Body::Number(1.0)),
    ("builtins as callbacks", "$count([1..100000].$map([1..100000], $string))", Body::Number(1.0)),
    ("powers", "$count($map([1..900000], function($i) { $power($i, 300) }))", Body::Number(1.0)),
    (
        "a long comparison in a loop",
        "$count([1..1000000].($$.message.body.s = $$.message.body.t))",
        Body::Text(1 << 20),
    ),
    (
        "a long comparison of lists in a loop",
        "$count([1..1000000].($$.message.body.list = $$.message.body.copy))",
        Body::List(100_000),
    ),
    ("a large body as text", "$length($string(message.body))", Body::List(500_000)),
    ("an error of a long text", "$error(message.body.s & message.body.s)", Body::Text(4 << 20)),
    ("a signature in a loop", "$count($map([1..100000], function($i)<n:n> { $i }))", Body::Number(1.0)),
    (
        "a signature of lists in a loop",
        "($f := function($a)<a<n>:n> { 1 }; $count([1..100000].$f($$.message.body.list)))",
        Body::List(100_000),
    ),
    ("a join of a list in a loop", "$count([1..100000].$join($$.message.body.texts))", Body::List(100_000)),
    ("an array made in a loop", "[1..1000000].[1,2,3,4,5,6,7,8,9,10]", Body::Number(1.0)),
    ("objects made in a loop", "[1..1000000].{'a': {'b': {'c': $}}}", Body::Number(1.0)),
    ("text keys made in a loop", "$merge([1..1000000].{$pad('a', 1000) & $string($): $})", Body::Number(1.0)),
    ("lookups in a loop", "$count([1..100000].($lookup($$.message.body.list, 'a')))", Body::List(100_000)),
    ("an average of a list of lists", "$count([1..100000].($average($$.message.body.list)))", Body::List(100_000)),
    ("an index in a loop", "$count([1..100000].($$.message.body.list[-1]))", Body::List(100_000)),
    ("a list of indexes", "$count(message.body.list[[0..99999]])", Body::List(100_000)),
    ("appends in a loop", "$count([1..10000].($append($$.message.body.list, 1)))", Body::List(100_000)),
    ("nots of large lists", "$count([1..100000].$not($$.message.body.zeros))", Body::List(100_000)),
    ("a range over all numbers", "$count([-1e308..message.body.n])", Body::Number(1e308)),
    ("a path into deep lists", "$reduce([1..50000], function($a, $i) { [[$a]] }, [1]).a", Body::Number(1.0)),
    ("a deep list as a condition", "$reduce([1..50000], function($a, $i) { [[$a]] }, [1])", Body::Number(1.0)),
    ("a year of many digits", "$fromMillis(1, '[Y,100]')", Body::Number(1.0)),
];

/// A body, by its size.
#[derive(Debug, Clone, Copy)]
pub enum Body {
    /// `n` is this number.
    Number(f64),
    /// `s` and `t` are texts of this length.
    Text(usize),
    /// `list` and `copy` have so many numbers, `texts` so many texts, `zeros` so many zeros.
    List(usize),
    /// `object` has so many members.
    Object(usize),
    /// A text that begins with so many times another.
    Picture(&'static str, usize, &'static str),
}

impl Body {
    /// The body as JSON.
    pub fn json(self) -> Json {
        match self {
            Body::Number(n) => json!({"n": n}),
            Body::Text(n) => json!({"s": "a".repeat(n), "t": "a".repeat(n)}),
            Body::List(n) => {
                let list: Vec<f64> = (0..n).map(|i| ((i * 7919) % 500_009) as f64).collect();
                let texts: Vec<String> = (0..n).map(|i| i.to_string()).collect();
                json!({"list": list, "copy": list, "texts": texts, "zeros": vec![0; n]})
            }
            Body::Object(n) => {
                let object: Map<String, Json> = (0..n).map(|i| (format!("k{i}"), i.into())).collect();
                json!({"object": object})
            }
            Body::Picture(part, n, end) => json!({"s": part.repeat(n / part.len().max(1)) + end}),
        }
    }
}
