//! The table of refusals in `docs/security.md` says what happens.

use super::*;

const SCHEMES: &str = "id: {type: apiKey, in: header, name: X-IBM-Client-Id}, secret: {type: apiKey, in: header, name: X-IBM-Client-Secret}, staff: {type: \
                       http, scheme: basic}, lost: {type: http, scheme: basic}, token: {type: oauth2}, away: {type: oauth2}";

const OPERATIONS: [(&str, &str); 7] = [
    ("/id", "[{id: []}]"),
    ("/pair", "[{id: [], secret: []}]"),
    ("/staff", "[{staff: []}]"),
    ("/lost", "[{lost: []}]"),
    ("/token", "[{token: [read]}]"),
    ("/away", "[{away: []}]"),
    ("/either", "[{id: []}, {staff: []}, {token: []}]"),
];

/// The bodies of limits say in how many seconds to come again.
fn without_numbers(text: &str) -> String {
    let mut all = String::new();
    for letter in text.chars() {
        match letter.is_ascii_digit() {
            true if all.ends_with('N') => {}
            true => all.push('N'),
            false => all.push(letter),
        }
    }
    all
}

/// A row of the table, from what was answered.
fn row(case: &str, there: &str, answer: &crate::test_support::Answer) -> String {
    let body = answer.json();
    let said = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let mut headers: Vec<String> = Vec::new();
    for name in ["www-authenticate", "retry-after"] {
        let values = answer.headers.get_all(name).iter().map(|value| value.to_str().unwrap());
        headers.extend(values.map(|value| format!("`{name}: {value}`")));
    }
    let headers = if answer.status == 429 { without_numbers(&headers.join(", ")) } else { headers.join(", ") };
    assert_eq!(said("httpCode"), answer.status.to_string());
    let more = if answer.status == 429 { without_numbers(&said("moreInformation")) } else { said("moreInformation") };
    format!("| {case} | {there} | {} {} | {more} | {headers} |", answer.status, said("httpMessage"))
}

#[tokio::test]
async fn the_table_of_refusals_says_what_happens() {
    let (file, staff) = (tempfile::NamedTempFile::new().unwrap(), registry());
    let tokens = issuer(|token, _| match token {
        "good" => r#"{"active": true, "scope": "write"}"#.to_owned(),
        _ => r#"{"active": false}"#.to_owned(),
    });
    let nobody = format!("http://{}/", crate::test_support::closed_port());
    let paths: String = OPERATIONS
        .iter()
        .map(|(path, security)| {
            format!(
                "  {path}: {{get: {{security: {security}, parameters: [{{name: q, in: query}}], responses: {{}}}}}}\n"
            )
        })
        .collect();
    let needs = "  /needs: {get: {security: [], parameters: [{name: q, in: query, required: true}], responses: {}}}\n";
    let text = document(SCHEMES, "[]")
        .replace("paths:\n", &format!("paths:\n{paths}{needs}"))
        .replace("x-assembly:\n", "x-assembly:\n  cors: {policy: [{allow-origin: ['https://good.test']}]}\n");
    let gateway = setup(|live| {
        applications(live, file.path());
        let limited = std::fs::read_to_string(file.path())
            .unwrap()
            .replace("gold: {}", "gold: {rate-limits: {default: {value: 2/1hour}}}")
            + "  gone: {client-id: g1, state: disabled, subscriptions: [{product: all, plan: gold}]}\n";
        std::fs::write(file.path(), limited).unwrap();
        registries("staff", &staff.url("/"))(live);
        registries("lost", &nobody)(live);
        provider("token", introspects(&tokens.url("/")))(live);
        provider("away", introspects(&nobody))(live);
    });
    let gateway = gateway.load(&text).serve_cleanly();
    let id = |path: &str, id: &str| Ask::get(path).header("x-ibm-client-id", id);
    let by = |path: &str, header: &str| Ask::get(path).header("authorization", header);
    let ibm = "401, the same text";
    let checks = "401, the same text, `Bearer error='invalid_token'`";
    for _ in 0..2 {
        assert_eq!(gateway.ask(id("/id", "m1")).await.status, 200);
    }
    let cases = [
        (
            "CORS: the page's origin is in no rule",
            "request rejected",
            Ask::get("/open").header("origin", "https://bad.test"),
        ),
        ("a required parameter is missing", "400, the same text", Ask::get("/needs")),
        ("no client id", ibm, Ask::get("/id")),
        ("an unknown client id", ibm, id("/id", "nobody")),
        ("the client id is sent twice", "not known", id("/id", "m1").header("x-ibm-client-id", "m1")),
        ("the secret is wrong", ibm, id("/pair", "m1").header("x-ibm-client-secret", "wrong")),
        ("the application is disabled", "403", id("/id", "g1")),
        ("the plan allows no more", "429", id("/id", "m1")),
        ("no name and password", "401; its header is not known", Ask::get("/staff")),
        ("name or password is wrong", "401; its header is not known", by("/staff", BOB)),
        ("the registry does not answer", "not known; 401 in the v5 engine", by("/lost", ANN)),
        ("no token", checks, Ask::get("/token")),
        ("the token is not good", checks, by("/token", "Bearer bad")),
        ("the token has not the scopes", "not known", by("/token", "Bearer good")),
        ("the issuer does not answer", "not known", by("/away", "Bearer good")),
        (
            "two `Authorization` headers",
            "not known",
            by("/token", "Bearer good").header("authorization", "Bearer good"),
        ),
        ("none of several alternatives", "401; its headers are not known", Ask::get("/either")),
    ];
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/security.md")).unwrap();
    let mut missing = Vec::new();
    for (case, there, ask) in cases {
        let row = row(case, there, &gateway.ask(ask).await);
        if !page.lines().any(|line| line == row) {
            missing.push(row);
        }
    }
    assert!(missing.is_empty(), "docs/security.md does not have\n{}", missing.join("\n"));
}
