use super::FunctionNameProblem as P;
use super::*;

fn parse(text: &str) -> FunctionRef {
    FunctionRef::parse(text).unwrap()
}

#[test]
fn a1_every_form_is_taken_apart() {
    let bare = parse("orders");
    assert_eq!((bare.name(), bare.region(), bare.account(), bare.qualifier()), ("orders", None, None, None));
    assert_eq!(parse("orders:prod").qualifier().unwrap().as_str(), "prod");
    assert_eq!(parse("orders:$LATEST").qualifier().unwrap().as_str(), "$LATEST");
    assert_eq!(parse("orders:12").qualifier().unwrap().as_str(), "12");
    let partial = parse("123456789012:function:or_de-rs:7");
    assert_eq!((partial.name(), partial.account(), partial.region()), ("or_de-rs", Some("123456789012"), None));
    assert_eq!(partial.qualifier().unwrap().as_str(), "7");
    let full = parse("arn:aws:lambda:eu-central-1:123456789012:function:orders:prod");
    assert_eq!((full.partition(), full.region()), (Some("aws"), Some("eu-central-1")));
    assert_eq!((full.account(), full.name()), (Some("123456789012"), "orders"));
    assert_eq!(full.qualifier().unwrap().as_str(), "prod");
    assert_eq!(full.as_str(), "arn:aws:lambda:eu-central-1:123456789012:function:orders:prod");
}

#[test]
fn a5_every_partition_is_known() {
    for (partition, region) in [
        ("aws-cn", "cn-north-1"),
        ("aws-us-gov", "us-gov-west-1"),
        ("aws-iso", "us-iso-east-1"),
        ("aws-iso-b", "us-isob-east-1"),
        ("aws-iso-f", "us-isof-south-1"),
        ("aws-eusc", "eusc-de-east-1"),
    ] {
        let function = parse(&format!("arn:{partition}:lambda:{region}:123456789012:function:f"));
        assert_eq!((function.partition(), function.region()), (Some(partition), Some(region)));
    }
}

#[test]
fn a2_mistakes_are_named_with_their_place() {
    let long = "n".repeat(65);
    let huge = format!("arn:aws:lambda:us-east-1:123456789012:function:{}:{}", "n".repeat(64), "q".repeat(146));
    let cases = [
        ("", P::Empty, 0..0),
        (long.as_str(), P::NameTooLong(65), 0..65),
        ("two words", P::NameCharacter(' '), 3..4),
        ("orders/prod", P::NameCharacter('/'), 6..7),
        ("bestellungen\u{e4}", P::NameCharacter('\u{e4}'), 12..14),
        ("orders:", P::EmptyQualifier, 7..7),
        (":prod", P::EmptyName, 0..0),
        ("orders:pr od", P::QualifierCharacter(' '), 9..10),
        ("orders:prod:more", P::TooManyParts, 11..16),
        ("12345:function:f", P::Account("12345".into()), 0..5),
        (":function:f", P::Account("".into()), 0..0),
        ("123456789012:function:", P::EmptyName, 22..22),
        ("arn:aws:s3:us-east-1:123456789012:function:f", P::Service("s3".into()), 8..10),
        ("arn:aws-moon:lambda:us-east-1:123456789012:function:f", P::Partition("aws-moon".into()), 4..12),
        ("arn:aws:lambda:useast:123456789012:function:f", P::Region("useast".into()), 15..21),
        ("arn:aws:lambda:us-east-1::function:f", P::Account("".into()), 25..25),
        ("arn:aws:lambda:us-east-1:123456789012:layer:f", P::Resource("layer".into()), 38..43),
        ("arn:aws:lambda:us-east-1:123456789012:function", P::Incomplete, 46..46),
        ("arn:aws:lambda", P::Incomplete, 14..14),
        (huge.as_str(), P::QualifierTooLong(146), 112..258),
    ];
    for (text, problem, at) in cases {
        let error = FunctionRef::parse(text).unwrap_err();
        assert_eq!((&error.problem, &error.at), (&problem, &at), "{text:?}");
        assert!(!error.to_string().is_empty() && !error.help().is_empty());
        assert!(text.get(error.at.clone()).is_some(), "{text:?} {:?}", error.at);
    }
}

#[test]
fn a_qualifier_alone_is_checked() {
    assert_eq!(Qualifier::parse("$LATEST").unwrap().as_str(), "$LATEST");
    assert!(Qualifier::parse(&"q".repeat(128)).is_ok());
    for wrong in ["", "a b", "$NEWEST", "a:b", &"q".repeat(129)] {
        assert!(Qualifier::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn the_path_is_encoded_and_keeps_a_suffix() {
    let prod = Qualifier::parse("prod").unwrap();
    assert_eq!(parse("orders").invoke_path(None), "/2015-03-31/functions/orders/invocations");
    assert_eq!(
        parse("arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST").invoke_path(None),
        "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Af%3A%24LATEST/invocations"
    );
    assert_eq!(parse("orders").invoke_path(Some(&prod)), "/2015-03-31/functions/orders/invocations?Qualifier=prod");
}

proptest::proptest! {
    #[test]
    fn no_text_breaks_the_parser(text in "(arn:aws:lambda:)?[a-z:0-9$\u{e4} -]{0,300}|\\PC{0,40}") {
        match FunctionRef::parse(&text) {
            Ok(function) => {
                let path: Result<http::Uri, _> = function.invoke_path(function.qualifier()).parse();
                assert!(path.is_ok());
            }
            Err(error) => assert!(text.get(error.at).is_some()),
        }
    }
}
