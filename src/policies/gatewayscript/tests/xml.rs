//! XML in scripts: reading, changing and writing nodes.

use super::*;

const ORDER: &str = r#"<?xml version="1.0"?><!-- first --><o:order xmlns:o="urn:orders" xmlns="urn:items" id="7"><?go now?><item n="1">tea &amp; cake</item><item n="2"><b>x</b>y</item><o:note/></o:order>"#;

/// The output of a script that has read the body as `nodes`, with `doc` and `root` taken from it.
async fn writes(script: &str, body: &str) -> String {
    let script = format!(
        "const write = (value) => context.message.body.write(value);\n\
         context.message.body.readAsXML(function (error, nodes) {{\n\
           if (error) return write('no: ' + error.errorMessage);\n\
           const doc = nodes.item(0).parentNode, root = doc.documentElement;\n\
           try {{ {script} }} catch (error) {{ write(error.name + ': ' + error.message); }}\n\
         }});"
    );
    gateway(&script).post(body).await.text().to_owned()
}

#[tokio::test]
async fn nodes_are_read() {
    for (script, expected) in [
        ("root.nodeName + root.localName + root.prefix + root.namespaceURI", "o:orderorderourn:orders"),
        (
            "root.tagName + root.getAttribute('id') + root.getAttribute('none') + '|' + root.hasAttribute('none')",
            "o:order7|false",
        ),
        ("root.getElementsByTagName('item').item(0).textContent", "tea & cake"),
        ("root.getElementsByTagName('item').length + ' ' + root.getElementsByTagName('item')[1].textContent", "2 xy"),
        ("doc.getElementsByTagNameNS('urn:orders', '*').length + ' ' + doc.getElementsByTagName('*').length", "2 5"),
        (
            "doc.getElementsByTagName('o:note').item(0).hasChildNodes() + ' ' + doc.getElementsByTagName('x').item(0)",
            "false null",
        ),
        ("doc.getElementsByTagName('item')[0].getAttributeNode('n').value", "1"),
        (
            "root.attributes.length + root.attributes.getNamedItem('id').value + root.attributes.item(0).name",
            "37xmlns:o",
        ),
        (
            "Array.from(doc.childNodes, (one) => one.nodeType).join() + Array.from(root.childNodes, (one) => one.nodeType).join()",
            "8,17,1,1,1",
        ),
        (
            "root.firstChild.target + root.firstChild.nodeValue + root.lastChild.nodeName + root.firstChild.nextSibling.nodeName",
            "gonowo:noteitem",
        ),
        (
            "[nodes.length, nodes.item(0).nodeValue, nodes.item(9), doc.nodeType === Node.DOCUMENT_NODE, root.nodeType === root.ELEMENT_NODE].join()",
            "2, first ,,true,true",
        ),
        ("root.lastChild.previousSibling.parentNode === root && root.ownerDocument === doc", "true"),
    ] {
        assert_eq!(writes(&format!("write(String({script}));"), ORDER).await, expected, "{script}");
    }
}

#[tokio::test]
async fn nodes_are_changed_and_written() {
    let whole = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    let order = ORDER.split_once("?>").unwrap().1;
    for (script, expected) in [
        ("write(nodes);", format!("{whole}{order}")),
        ("write(doc);", format!("{whole}{order}")),
        ("write(XML.stringify({omitXmlDeclaration: true}, nodes));", order.to_owned()),
        ("write(XML.stringify(XML.parse(XML.stringify(doc))));", format!("{whole}{order}")),
        (
            "context.set('message.body', root.getElementsByTagName('b').item(0));",
            format!("{whole}<b xmlns=\"urn:items\">x</b>"),
        ),
        (
            "const a = XML.parse('<a/>'); a.documentElement.textContent = '<&>\"\\u00e9'; write(String(a));",
            "<a>&lt;&amp;&gt;\"\u{e9}</a>".to_owned(),
        ),
        (
            "const a = XML.parse('<a/>'), e = a.documentElement; e.setAttribute('b', '\"<\\n'); e.setAttribute('b', e.getAttribute('b') + '&'); write(String(a));",
            "<a b=\"&quot;&lt;&#10;&amp;\"/>".to_owned(),
        ),
        (
            "const a = XML.parse('<a><b/>t<c/></a>'), e = a.documentElement; e.removeChild(e.firstChild); e.appendChild(a.createElement('d')); e.insertBefore(a.createTextNode('!'), e.lastChild); write(String(a));",
            "<a>t<c/>!<d/></a>".to_owned(),
        ),
        (
            "const a = XML.parse('<a><b>1</b></a>'), e = a.documentElement; e.appendChild(e.firstChild.cloneNode(true)).textContent = 2; e.appendChild(e.firstChild.cloneNode(false)); e.replaceChild(a.createComment('c'), e.firstChild); write(String(a));",
            "<a><!--c--><b>2</b><b/></a>".to_owned(),
        ),
        (
            "const a = XML.parse('<a/>'); a.documentElement.appendChild(a.importNode(root.lastChild, true)); write(String(a));",
            "<a><o:note xmlns:o=\"urn:orders\"/></a>".to_owned(),
        ),
        (
            "const a = XML.parse('<a xmlns=\"urn:a\"/>'), e = a.documentElement; e.appendChild(a.createElement('b')); e.appendChild(a.createElementNS('urn:a', 'c')); e.appendChild(a.createElementNS('urn:p', 'p:d')).setAttributeNS('urn:q', 'q:e', 1); write(String(a));",
            "<a xmlns=\"urn:a\"><b xmlns=\"\"/><c/><p:d xmlns:p=\"urn:p\" xmlns:q=\"urn:q\" q:e=\"1\"/></a>".to_owned(),
        ),
        (
            "const a = XML.parse('<a/>'), f = a.createDocumentFragment(); f.appendChild(a.createElement('b')); f.appendChild(a.createElement('c')); a.documentElement.appendChild(f); write(String(a) + f.childNodes.length);",
            "<a><b/><c/></a>0".to_owned(),
        ),
        (
            "const a = XML.parse('<a b=\"1\"/>'); a.documentElement.removeAttribute('b'); a.appendChild(a.createProcessingInstruction('x', 'y')); write(String(a));",
            "<a/><?x y?>".to_owned(),
        ),
    ] {
        assert_eq!(writes(script, ORDER).await, expected, "{script}");
    }
}

#[tokio::test]
async fn what_is_no_xml_or_not_there_is_an_error_with_its_name() {
    for (script, expected) in [
        ("root.querySelector('a');", "NotSupportedError: `querySelector` of XML nodes is not there"),
        ("nodes.item(0).evaluate('a');", "NotSupportedError: `evaluate` of XML nodes is not there"),
        ("XML.parse('<a>');", "SyntaxError: the text is no XML: "),
        ("XML.parse(7);", "TypeError: XML.parse takes text or a Buffer"),
        ("XML.stringify('a');", "TypeError: XML.stringify takes a node"),
        (
            "XML.parse('<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>');",
            "SyntaxError: the text is no XML: ",
        ),
        ("doc.createElement('a b');", "InvalidCharacterError: `a b` is no name in XML"),
        ("doc.createElement('a><script');", "InvalidCharacterError: "),
        ("root.setAttribute('a=\"1\" b', 1);", "InvalidCharacterError: "),
        (
            "root.appendChild(doc.createComment('a-->')); write(doc);",
            "InvalidCharacterError: a comment cannot have two dashes",
        ),
        (
            "root.appendChild(doc.createProcessingInstruction('p', '?>')); write(doc);",
            "InvalidCharacterError: an instruction cannot",
        ),
        (
            "root.textContent = '\\u0000'; write(doc);",
            "InvalidCharacterError: a text has characters that cannot stand in XML",
        ),
        (
            "root.textContent = '\\ud800'; write(doc);",
            "InvalidCharacterError: a text has characters that cannot stand in XML",
        ),
        ("root.localName = 'a><b'; write(doc);", "InvalidCharacterError: `o:a><b` is no name in XML"),
        ("root.appendChild(doc);", "HierarchyRequestError: "),
        ("root.firstChild.nextSibling.appendChild(root);", "HierarchyRequestError: a node cannot be inside of itself"),
        ("doc.appendChild(doc.createElement('b'));", "HierarchyRequestError: a document has one element"),
        ("doc.removeChild(root.lastChild);", "NotFoundError: "),
    ] {
        let found = writes(script, ORDER).await;
        assert!(found.starts_with(expected), "{script}: {found}");
    }
    let found = writes("write('read');", "{}").await;
    assert!(found.starts_with("no: the text is no XML: "), "{found}");
}

#[tokio::test]
async fn every_way_to_a_body_reads_xml() {
    for (script, expected) in [
        ("session.input.readAsXML((e, nodes) => session.output.write(nodes.item(0).textContent));", "x"),
        ("apim.readInputAsXML((e, nodes) => session.output.write(nodes.item(0).textContent));", "x"),
        ("context.request.body.readAsXML((e, nodes) => session.output.write(nodes.item(0).textContent));", "x"),
        ("context.message.body.readAsXML().then((nodes) => session.output.write(nodes.item(0).textContent));", "x"),
        ("session.output.write(String(XML.parse(Buffer.from('<a/>')).documentElement));", "<a/>"),
    ] {
        assert_eq!(gateway(script).post("<a>x</a>").await.text(), expected, "{script}");
    }
}

#[tokio::test]
async fn large_and_deep_documents_stop_at_their_limits() {
    // As much as the engine's memory allows, and no more; deep trees of a script's own are written without recursion.
    let many = format!("<a>{}</a>", "<b/>".repeat(110_000));
    let found = writes("write('read');", &many).await;
    assert_eq!(
        found,
        "no: the text is no XML: the document has more than 100000 nodes, which is the most that a script gets"
    );
    let some = format!("<a>{}</a>", "<b/>".repeat(10_000));
    assert_eq!(writes("write(String(root.getElementsByTagName('b').length));", &some).await, "10000");
    let deep = "let at = root; for (let i = 0; i < 5000; i++) at = at.appendChild(doc.createElement('c')); write(String(root).length + ' ' + root.textContent.length);";
    assert_eq!(writes(deep, "<a/>").await, "35004 0");
    let nested = format!("{}{}", "<a>".repeat(600), "</a>".repeat(600));
    assert!(writes("write('read');", &nested).await.starts_with("no: the text is no XML: "));
}
