//! Whether an XML text is a SOAP fault: a look at its first elements, without a parser.
//!
//! A document type declaration ends the look: SOAP forbids it, and nothing is ever expanded here.

/// As much of an answer is looked at.
pub(super) const LOOK: usize = 64 * 1024;

/// The namespaces of SOAP 1.1 and 1.2.
const NAMESPACES: [&str; 2] = ["http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"];

/// Whether a content type is one of XML's.
pub(super) fn is_xml(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind.ends_with("/xml") || kind.ends_with("+xml")
}

/// Whether the text is an envelope whose body starts with a fault.
pub(super) fn is_fault(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(LOOK)]);
    let mut rest: &str = &text;
    // Local names of the elements that are open.
    let mut open: Vec<&str> = Vec::new();
    while let Some((tag, behind)) = next_tag(rest) {
        rest = behind;
        if tag.starts_with('!') {
            return false;
        }
        if tag.starts_with('/') {
            open.pop();
            continue;
        }
        let name = local_name(tag);
        match open.as_slice() {
            [] if name != "Envelope" || !NAMESPACES.iter().any(|namespace| tag.contains(namespace)) => return false,
            // Only the first element of the body can be the fault.
            ["Envelope", "Body"] => return name == "Fault",
            _ => {}
        }
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    false
}

/// The inside of the next tag that is an element's or a declaration's, and the text after it.
fn next_tag(mut text: &str) -> Option<(&str, &str)> {
    loop {
        text = &text[text.find('<')? + 1..];
        let skip = match text {
            _ if text.starts_with("!--") => Some("-->"),
            _ if text.starts_with("![CDATA[") => Some("]]>"),
            _ if text.starts_with('?') => Some("?>"),
            _ => None,
        };
        if let Some(end) = skip {
            text = &text[text.find(end)? + end.len()..];
            continue;
        }
        let end = tag_end(text)?;
        return Some((text[..end].trim_end(), &text[end + 1..]));
    }
}

/// The `>` that ends a tag; one inside of an attribute's quotes does not count.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    text.char_indices().find_map(|(at, letter)| {
        match (quote, letter) {
            (None, '>') => return Some(at),
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
        None
    })
}

fn local_name(tag: &str) -> &str {
    let name = tag.split([' ', '\t', '\r', '\n', '/']).next().unwrap_or_default();
    name.rsplit(':').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(inside: &str) -> String {
        format!("<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\">{inside}</s:Envelope>")
    }

    #[test]
    fn faults_of_both_versions_are_seen() {
        for text in [
            envelope("<s:Body><s:Fault><faultcode>x</faultcode></s:Fault></s:Body>"),
            envelope("\n <s:Header><a b='>'/><c><Body/></c></s:Header>\n<s:Body >\n<!-- <x> --><s:Fault/></s:Body>"),
            format!("<?xml version='1.0'?><!-- hi -->{}", envelope("<s:Body><?p?><s:Fault>")),
            "<Envelope xmlns='http://www.w3.org/2003/05/soap-envelope'><Body><Fault/></Body></Envelope>".to_owned(),
            format!("\u{feff}{}", envelope("<s:Body><s:Fault/></s:Body>")),
        ] {
            assert!(is_fault(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn other_texts_are_none() {
        for text in [
            String::new(),
            "<f/>".to_owned(),
            "<Fault/>".to_owned(),
            "<Envelope><Body><Fault/></Body></Envelope>".to_owned(),
            envelope("<s:Body><Answer><s:Fault/></Answer></s:Body>"),
            envelope("<s:Body><Answer/><s:Fault/></s:Body>"),
            envelope("<s:Header><s:Fault/></s:Header><s:Body/>"),
            envelope("<s:Body><![CDATA[<s:Fault/>]]></s:Body>"),
            format!("<!DOCTYPE x [<!ENTITY f '<s:Fault/>'>]>{}", envelope("<s:Body><s:Fault/></s:Body>")),
            envelope("<s:Body><s:Fault"),
            format!("{}{}", " ".repeat(LOOK), envelope("<s:Body><s:Fault/></s:Body>")),
        ] {
            assert!(!is_fault(text.as_bytes()), "{text}");
        }
    }
}
