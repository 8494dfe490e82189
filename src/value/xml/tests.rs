use std::sync::Arc;

use super::*;
use crate::value::Value;

fn read(text: &str) -> Xml {
    Xml::parse(text.as_bytes(), &XmlLimits::default()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refused(text: &str) -> String {
    match Xml::parse(text.as_bytes(), &XmlLimits::LOOSE) {
        Ok(document) => panic!("{text} was taken: {document:?}"),
        Err(error) => error.message,
    }
}

#[test]
fn documents_are_written_as_they_were_read() {
    for text in [
        "<a/>",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a b=\"1\">x<c/>y</a>",
        "<s:Envelope xmlns:s=\"urn:s\" xmlns=\"urn:d\"><s:Body><x s:y=\"&lt;&amp;&quot;\">&lt;&amp;&gt;</x></s:Body></s:Envelope>",
        "<!--one--><?pi two?><a><!--three--><?four?></a>",
        "<ä ö=\"ü\">\u{1f600}</ä>",
    ] {
        assert_eq!(read(text).to_document(), text);
    }
}

#[test]
fn references_cdata_and_line_ends_become_text() {
    let document = read("<a b='&#65;&#x42;&apos;\t&quot;'>1 &lt; 2\r\n<![CDATA[<&>]]>&#x1F600;</a>");
    assert_eq!(document.text(0), "1 < 2\n<&>\u{1f600}");
    assert_eq!(document.len(), 3);
    assert_eq!(document.write(), "<a b=\"AB' &quot;\">1 &lt; 2\n&lt;&amp;&gt;\u{1f600}</a>");
}

#[test]
fn what_is_not_well_formed_is_refused_with_its_place() {
    for (text, words) in [
        ("", "the text has no element"),
        ("x", "text stands outside"),
        ("<a>", "the text ends inside of an element at byte 3"),
        ("<a></b>", "ill-formed document: expected `</a>`, but `</b>` was found at byte 3"),
        ("<a b='1'></b>", "ill-formed document: expected `</a>`, but `</b>` was found"),
        ("</a>", "ill-formed document"),
        ("<a></ a>", "ill-formed document"),
        ("<a></a b='1'>", "ill-formed document"),
        ("<a></a", "at byte"),
        ("<a", "at byte"),
        ("<a><", "at byte"),
        ("<a/b>", "is not a name"),
        ("<-a/>", "is not a name"),
        ("<a><b/></a></a>", "ill-formed document"),
        ("<a/><b/>", "a second element"),
        ("<a/>x", "text stands outside"),
        ("<a/>&amp;", "text stands outside"),
        ("<a b='1' b='2'/>", "the attribute `b` stands twice"),
        ("<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>", "stands twice"),
        ("<a b=1/>", "an attribute is not XML"),
        ("<a b='<'/>", "`<` stands in the value"),
        ("<p:a/>", "the prefix `p` is not declared"),
        ("<a:b:c xmlns:a='u'/>", "is not a name"),
        ("<1a/>", "is not a name"),
        ("<a xmlns:p=''/>", "not one that XML allows"),
        ("<a xmlns:xml='u'/>", "not one that XML allows"),
        ("<a>&x;</a>", "the entity `&x;` is not one of XML's five"),
        ("<a>&#0;</a>", "no character"),
        ("<a>&#+1;</a>", "no character"),
        ("<a>&amp</a>", "ill-formed document"),
        ("<a b='&amp'/>", "has no `;`"),
        ("<a>]]></a>", "`]]>` stands in a text"),
        ("<a>\u{1}</a>", "U+0001 cannot stand in XML at byte 3"),
        (" <?xml version='1.0'?><a/>", "does not stand at the start"),
        ("<a><?xml version='1.0'?></a>", "does not stand at the start"),
        ("<a><!-- -- --></a>", "ill-formed document"),
        ("<?xml version='1.0' encoding='EBCDIC'?><a/>", "the encoding `ebcdic` is not supported"),
    ] {
        assert!(refused(text).contains(words), "{text}: {}", refused(text));
    }
}

#[test]
fn tags_may_have_spaces_and_names_any_letters() {
    for (text, written) in [
        ("<a ><b\n/></a\t>", "<a><b/></a>"),
        ("<a.-1_>x</a.-1_ >", "<a.-1_>x</a.-1_>"),
        ("<ä><_/></ä>", "<ä><_/></ä>"),
        ("<p:a xmlns:p='u'><p:a></p:a></p:a>", "<p:a xmlns:p=\"u\"><p:a/></p:a>"),
        ("<a b='>'><b c=\"/>\"/></a>", "<a b=\"&gt;\"><b c=\"/&gt;\"/></a>"),
        ("<a><!--<b>--><b/>1&gt;2</a>", "<a><!--<b>--><b/>1&gt;2</a>"),
    ] {
        assert_eq!(read(text).write(), written);
    }
    let elements: String = (0..60).map(|at| format!("<n{at} xmlns='u{at}'><n{at}/><m xmlns=''/></n{at}>")).collect();
    let text = format!("<r>{elements}{elements}</r>");
    let document = read(&text);
    assert_eq!(document.write().replace('"', "'"), text);
    for id in document.children(1) {
        let below: Vec<_> = document.children(id).collect();
        let namespace = |id| match document.node(id) {
            XmlNode::Element { name, .. } => name.namespace.as_deref().map(str::to_owned),
            _ => None,
        };
        assert!(namespace(id).is_some() && namespace(below[0]) == namespace(id) && namespace(below[1]).is_none());
    }
}

#[test]
fn a_document_type_is_refused_and_nothing_is_expanded() {
    let laughs = "<!DOCTYPE l [<!ENTITY a 'lol'><!ENTITY b '&a;&a;&a;&a;&a;'>]><l>&b;</l>";
    for text in [laughs, "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "<!doctype html><html/>"] {
        assert!(refused(text).contains("document type declaration") || refused(text).contains("not XML"), "{text}");
    }
}

#[test]
fn every_limit_holds_at_its_edge_and_breaks_behind_it() {
    let tight = XmlLimits {
        depth: 2,
        width: 2,
        name_length: 3,
        value_length: 4,
        unique_names: 4,
        unique_prefixes: 1,
        unique_namespaces: 1,
    };
    let check = |text: &str| Xml::parse(text.as_bytes(), &tight).map(|_| ()).map_err(|error| error.message);
    assert_eq!(check("<a x='1234' y='5'><bcd>1234</bcd><bcd/></a>"), Ok(()));
    for (text, words) in [
        ("<a><a><a/></a></a>", "too many elements inside each other at byte 6: at most 2"),
        ("<a><b/><b/><b/></a>", "too many elements inside one"),
        ("<a x='' y='' z=''/>", "too many attributes"),
        ("<abcd/>", "a name is too long"),
        ("<a>1234&amp;</a>", "a text is too long"),
        ("<a x='12345'/>", "a value is too long"),
        ("<a b='' c=''><d e=''/></a>", "too many different names"),
        ("<a xmlns:p='u' xmlns:q='u'/>", "too many different prefixes"),
        ("<a xmlns:p='u'><b xmlns:p='v'/></a>", "too many different namespaces"),
    ] {
        let message = check(text).unwrap_err();
        assert!(message.contains(words), "{text}: {message}");
    }
}

#[test]
fn hostile_documents_are_answered_quickly() {
    let deep = "<a>".repeat(200_000);
    assert!(refused(&deep).contains("inside each other"));
    let wide: String = std::iter::once("<a".to_owned()).chain((0..200_000).map(|at| format!(" a{at}=''"))).collect();
    assert_eq!(Xml::parse(format!("{wide}/>").as_bytes(), &XmlLimits::LOOSE).unwrap().len(), 2);
    let many = format!("<a>{}</a>", "<b/>".repeat(1_600_000));
    assert!(refused(&many).contains("too many elements, texts and attributes"));
    let references = format!("<a>{}</a>", "&amp;".repeat(400_000));
    assert_eq!(Xml::parse(references.as_bytes(), &XmlLimits::LOOSE).unwrap().text(0).len(), 400_000);
    let spaces: String = (0..20_000).map(|at| format!("<a xmlns:p{at}='u{at}'/>")).collect();
    assert!(Xml::parse(format!("<r>{spaces}</r>").as_bytes(), &XmlLimits::LOOSE).is_ok());
}

#[test]
fn encodings_are_read() {
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain("<a>ä</a>".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe4</a>";
    for bytes in [&utf16[..], latin, "\u{feff}<a>ä</a>".as_bytes()] {
        assert_eq!(Xml::parse(bytes, &XmlLimits::default()).unwrap().text(0), "ä");
        assert!(Xml::is_likely(bytes));
    }
    assert!(Xml::parse(b"<a>\xe4</a>", &XmlLimits::default()).unwrap_err().message.contains("not in UTF-8"));
    assert!(Xml::parse(b"\xff\xfe<", &XmlLimits::default()).is_err());
}

#[test]
fn nodes_can_be_left_out_and_texts_replaced() {
    let mut document = read("<a b='1' c='2'><d>x</d>y<d/></a>");
    let first = document.children(1).next().unwrap();
    assert_eq!(document.without(&[first], &[(1, 0)]).write(), "<a c=\"2\">y<d/></a>");
    assert_eq!(document.without(&[1], &[]).write(), "<a/>");
    document.set_text(first, "*");
    document.set_attribute(1, 1, "*");
    assert_eq!(document.write(), "<a b=\"1\" c=\"*\"><d>*</d>y<d/></a>");
}

fn json(text: &str) -> Value {
    Value::parse_json(text.as_bytes()).unwrap()
}

fn root() -> XmlRoot {
    XmlRoot { name: "json".into(), always: false, unnamed: "element".into() }
}

#[test]
fn badgerfish_goes_both_ways() {
    for (xml, badgerfish) in [
        ("<a>hello</a>", r#"{"a":{"$":"hello"}}"#),
        ("<a type=\"world\">hello</a>", r#"{"a":{"$":"hello","@type":"world"}}"#),
        ("<a><b>1</b><b>2</b><c/></a>", r#"{"a":{"b":[{"$":"1"},{"$":"2"}],"c":{}}}"#),
        (
            "<a xmlns=\"urn:d\" xmlns:p=\"urn:p\"><p:b p:c=\"1\">x</p:b></a>",
            r#"{"a":{"@xmlns":{"$":"urn:d","p":"urn:p"},
                "p:b":{"@xmlns":{"$":"urn:d","p":"urn:p"},"@p:c":"1","$":"x"}}}"#,
        ),
    ] {
        assert_eq!(Arc::new(read(xml)).to_json(JsonConvention::BadgerFish).unwrap(), json(badgerfish), "{xml}");
        assert_eq!(Xml::text_of_json(&json(badgerfish), &root()).unwrap(), xml, "{badgerfish}");
    }
    let layout = Arc::new(read("<a>\n  <b> </b>\n</a>")).to_json(JsonConvention::BadgerFish).unwrap();
    assert_eq!(layout, json(r#"{"a":{"b":{"$":" "}}}"#));
    let mixed = Arc::new(read("<a>x<b/>y<!--z--></a>")).to_json(JsonConvention::BadgerFish).unwrap();
    assert_eq!(mixed, json(r#"{"a":{"b":{},"$":"xy"}}"#));
    let inner = Arc::new(read("<a xmlns='u'><b xmlns=''/></a>")).to_json(JsonConvention::BadgerFish).unwrap();
    assert_eq!(inner, json(r#"{"a":{"@xmlns":{"$":"u"},"b":{}}}"#));
}

#[test]
fn json_that_is_made_is_as_json_that_is_read() {
    let many: String = (0..40).map(|at| format!(" a{at}='{at}'")).collect();
    let different: String = (0..40).map(|at| format!("<n{at}/><n{at}>x</n{at}>")).collect();
    for xml in [
        "<a/>",
        "<a>x</a>",
        "<a b='1' c='\"\\'>\" &#9; \\ ä<b/>y</a>",
        "<a xmlns='u' xmlns:p='v'><b/><p:b p:c='1'><b xmlns=''/><b xmlns='w'>1</b></p:b><b>2</b></a>",
        "<a xmlns:p='u' xmlns:q='v' p:n='1' q:n='2' n='3'><p:b/><q:b/></a>",
        &format!("<a{many}><b{many}/><b{many}/></a>"),
        &format!("<a>{different}{different}</a>"),
    ] {
        for convention in [JsonConvention::BadgerFish, JsonConvention::Local] {
            let made = Arc::new(read(xml)).to_json(convention).unwrap();
            let again = json(&made.to_json());
            assert_eq!(made, again, "{xml}");
            assert_eq!(made.view().source().is_some(), again.view().source().is_some() && !has_twice(xml, convention));
            if let Some(text) = made.view().source() {
                assert_eq!(**text, made.to_json(), "{xml}");
            }
            // One that is too long to be made is written and read.
            let long = format!("<r>{}</r>", xml.repeat(70_000 / xml.len() + 1));
            let long = Arc::new(read_loosely(&long)).to_json(convention).unwrap();
            let (name, one) = made.as_object().unwrap().iter().next().unwrap();
            assert_eq!(long.at(["r", name, "7"]), Some(one), "{xml}");
        }
    }
}

/// Attributes that differ in their prefixes have one name without them.
fn has_twice(xml: &str, convention: JsonConvention) -> bool {
    convention == JsonConvention::Local && xml.contains("q:n=")
}

fn read_loosely(text: &str) -> Xml {
    Xml::parse(text.as_bytes(), &XmlLimits::LOOSE).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn the_local_convention_has_no_prefixes_and_no_namespaces() {
    let document = Arc::new(read("<p:a xmlns:p='u' p:n='1'><b>x</b><p:b/></p:a>"));
    let expected = json(r#"{"a":{"@n":"1","b":[{"$":"x"},{}]}}"#);
    assert_eq!(document.to_json(JsonConvention::Local).unwrap(), expected);
}

#[test]
fn json_that_is_no_document_gets_one_around_it() {
    for (text, xml) in [
        (r#"{"a":"hello"}"#, "<a>hello</a>"),
        (r#"{"a":1.5,"b":true,"c":null}"#, "<json><a>1.5</a><b>true</b><c/></json>"),
        (
            r#"[1,[2,{"a":3}]]"#,
            "<json><element>1</element><element><element>2</element><element><a>3</a></element></element></json>",
        ),
        (r#"{"a":[1,2]}"#, "<json><a>1</a><a>2</a></json>"),
        (r#"{"$":"x"}"#, "<json>x</json>"),
        ("{}", "<json/>"),
        ("\"<&\"", "<json>&lt;&amp;</json>"),
    ] {
        assert_eq!(Xml::text_of_json(&json(text), &root()).unwrap(), xml, "{text}");
    }
    let always = XmlRoot { always: true, ..root() };
    assert_eq!(Xml::text_of_json(&json(r#"{"a":1}"#), &always).unwrap(), "<json><a>1</a></json>");
}

#[test]
fn json_that_xml_has_no_words_for_is_refused() {
    for (text, words) in [
        (r#"{"a b":1}"#, "`a b` is not a name"),
        (r#"{"1":1}"#, "`1` is not a name"),
        (r#"{"a":{"@b":{}}}"#, "`b` holds a map or a list"),
        (r#"{"a":{"$":[1]}}"#, "`$` holds a map or a list"),
        (r#"{"p:a":1}"#, "the prefix of `p:a` has no namespace"),
        (r#"{"a":{"@xmlns":1}}"#, "`@xmlns` is neither"),
        (r#"{"a":{"@xmlns":{"p":""}}}"#, "which XML forbids"),
        (r#"{"a":"\u0001"}"#, "U+0001"),
        (r#"{"a><b":1}"#, "is not a name"),
    ] {
        let error = Xml::text_of_json(&json(text), &root()).unwrap_err().message;
        assert!(error.contains(words), "{text}: {error}");
    }
    let mut deep = Value::NULL;
    for _ in 0..600 {
        deep = Value::object([("a", deep)]);
    }
    assert!(Xml::text_of_json(&deep, &root()).unwrap_err().message.contains("deeper than 512"));
}

#[test]
fn namespaces_that_repeat_on_every_element_do_not_blow_up() {
    let declared: String = (0..1000).map(|at| format!(" xmlns:p{at}='u{at}'")).collect();
    let text = format!("<a{declared}>{}</a>", "<b/>".repeat(100_000));
    let document = Arc::new(Xml::parse(text.as_bytes(), &XmlLimits::LOOSE).unwrap());
    assert!(document.clone().to_json(JsonConvention::BadgerFish).unwrap_err().message.contains("more than"));
    assert!(document.to_json(JsonConvention::Local).is_ok());
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 300, ..proptest::test_runner::Config::default() })]

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
        drop(Xml::parse(&bytes, &XmlLimits::LOOSE));
    }

    #[test]
    fn what_is_taken_is_written_so_that_it_reads_the_same(
        text in "(<[a-c](:[a-c])?( [a-c]=('[a-c&;<]{0,3}'|\"&#6[0-9];\"))?( xmlns(:[a-c])?='[a-c]?')?/?>|</[a-c]>|[a-c]|&lt;|&#x41;|<!--[a-c]-->|<\\?[a-c] [a-c]\\?>|<!\\[CDATA\\[[<&a]{0,3}\\]\\]>| |\n){1,12}",
    ) {
        if let Ok(document) = Xml::parse(text.as_bytes(), &XmlLimits::LOOSE) {
            let written = document.to_document();
            let again = Xml::parse(written.as_bytes(), &XmlLimits::LOOSE);
            proptest::prop_assert_eq!(again.as_ref(), Ok(&document), "{}", written);
        }
    }

    #[test]
    fn json_that_becomes_xml_reads_as_xml(json in "[\\[{][\\[\\]{}\",:a-d$@1 ]{0,40}") {
        if let Ok(value) = Value::parse_json(json.as_bytes())
            && let Ok(written) = Xml::text_of_json(&value, &root())
        {
            proptest::prop_assert!(Xml::parse(written.as_bytes(), &XmlLimits::LOOSE).is_ok(), "{}", written);
        }
    }
}
