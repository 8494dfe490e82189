use super::*;

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
        ("<a></b>", "the text is not XML"),
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
        ("<a>&amp</a>", "the text is not XML"),
        ("<a b='&amp'/>", "has no `;`"),
        ("<a>]]></a>", "`]]>` stands in a text"),
        ("<a>\u{1}</a>", "U+0001 cannot stand in XML at byte 3"),
        (" <?xml version='1.0'?><a/>", "does not stand at the start"),
        ("<a><?xml version='1.0'?></a>", "does not stand at the start"),
        ("<a><!-- -- --></a>", "the text is not XML"),
        ("<?xml version='1.0' encoding='EBCDIC'?><a/>", "the encoding `ebcdic` is not supported"),
    ] {
        assert!(refused(text).contains(words), "{text}: {}", refused(text));
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
