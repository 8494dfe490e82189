//! Hosts that only run time knows.

use crate::test_support::{Ask, Gateway, Setup, TestServer, assembly, document, ibm_document, json_reply};

/// A service, and a gateway that takes its URL from a header; `${HOST}` is the service.
fn bench(allowed: &str, url: &str) -> (TestServer, Gateway) {
    let service = TestServer::start(|_| json_reply(200, "{}"));
    let text = format!("allowed-hosts: [{allowed}]\nexecute:\n  - invoke: {{target-url: '{url}'}}");
    let setup = Setup::default().env("HOST", service.address.to_string());
    let gateway = setup.assembly(&text).serve_cleanly();
    (service, gateway)
}

#[tokio::test]
async fn a_host_of_the_list_is_called() {
    let (service, gateway) = bench("'${HOST}'", "http://$(request.headers.x-to)/a/$(request.parameters.id)");
    let host = service.address.to_string();
    assert_eq!(gateway.ask(Ask::get("/example/b%2Fc").header("x-to", &host)).await.status, 200);
    assert_eq!(service.requests()[0].target, "/a/b%2Fc");

    let (service, gateway) = bench("'${HOST}'", "$(request.headers.x-to)$(request.search)");
    let url = service.url("/base");
    assert_eq!(gateway.ask(Ask::get("/example/7?x=1").header("x-to", &url)).await.status, 200);
    assert_eq!(service.requests()[0].target, "/base?x=1");
}

#[tokio::test]
async fn any_other_host_is_refused_before_it_is_called() {
    let (service, gateway) =
        bench("'${HOST}', '*.example.test'", "http://$(request.headers.x-to)/$(request.parameters.id)");
    let host = service.address.to_string();
    let port = service.address.port();
    for to in [
        "",
        "evil.test",
        "example.test",
        "example.test.evil.test",
        "127.0.0.1",
        &format!("user@{host}"),
        &format!("{host}@evil.test"),
        &format!("evil.test/{host}"),
        &format!("evil.test?{host}"),
        &format!("evil.test#{host}"),
        &format!("evil.test\\{host}"),
        &format!("127.1:{port}"),
        &format!("2130706433:{port}"),
        &format!("[::ffff:127.0.0.1]:{port}"),
        &format!("{host}1"),
        "169.254.169.254",
        "a b",
    ] {
        let answer = gateway.ask(Ask::get("/example/7").header("x-to", to)).await;
        assert_eq!((answer.status, answer.fault_name()), (400, Some("PropertyError")), "{to}");
    }
    for url in ["ftp", "file"] {
        let (_service, gateway) = bench("'${HOST}'", "$(request.headers.x-to)");
        let to = format!("{url}://{host}/");
        assert_eq!(gateway.ask(Ask::get("/example/7").header("x-to", &to)).await.status, 400, "{to}");
    }
    assert_eq!(service.requests().len(), 0);
}

#[tokio::test]
async fn a_suffix_allows_names_and_not_what_they_lead_to() {
    // `localhost` is this machine whatever the list says by suffix.
    let text = "
allowed-hosts: ['*.localhost']
execute:
  - invoke: {target-url: 'http://$(request.headers.x-to)', stop-on-error: [ConnectionError]}";
    let gateway = assembly(text).serve_cleanly();
    let answer = gateway.ask(Ask::get("/example/7").header("x-to", "a.localhost")).await;
    assert_eq!(answer.fault_name(), Some("ConnectionError"));
}

#[tokio::test]
async fn documents_of_ibms_gateway_run_with_a_warning_and_closed_addresses() {
    let text = "execute:\n  - set-variable: {actions: [{set: to, value: $(request.headers.x-to)}]}\n  - invoke: \
                {target-url: $(to)/x, stop-on-error: [ConnectionError]}";
    let loaded = Setup::default().load(&ibm_document("datapower-api-gateway", text));
    assert_eq!(
        loaded.findings(),
        ["api.yaml:9:30: warning G0702 the host of this URL is only known at run time; \
          start with `https://host`, or with a `$(property)` of the API that holds it"]
    );
    let gateway = loaded.serve();
    for to in ["http://169.254.169.254", "http://0xa9fea9fe", "http://127.0.0.1:1", "http://[::1]", "http://localhost"]
    {
        let answer = gateway.ask(Ask::get("/example/7").header("x-to", to)).await;
        assert_eq!((answer.status, answer.fault_name()), (500, Some("ConnectionError")), "{to}");
    }
    for to in ["", "nowhere", "file:///etc/passwd"] {
        let answer = gateway.ask(Ask::get("/example/7").header("x-to", to)).await;
        assert_eq!((answer.status, answer.fault_name()), (400, Some("PropertyError")), "{to}");
    }
}

/// A branch per environment, each with a host of its own.
const BRANCHES: &str = "execute:
  - set-variable: {actions: [{set: to, value: 'http://localhost:1'}]}
  - if:
      condition: request.verb = 'POST'
      execute:
        - set-variable: {actions: [{set: to, value: 'http://${HOST}'}]}
  - invoke: {target-url: '$(to)/x', stop-on-error: [ConnectionError, OperationError]}";

#[tokio::test]
async fn hosts_that_the_document_writes_into_a_variable_are_called() {
    let service = TestServer::start(|_| json_reply(200, "{}"));
    let text = BRANCHES.replace("${HOST}", &service.address.to_string());
    for text in [document(&text), ibm_document("datapower-api-gateway", &text.replace(" = ", " === "))] {
        let gateway = Setup::default().load(&text).serve_cleanly();
        assert_eq!(gateway.post("{}").await.status, 200);
        assert_eq!(gateway.ask(Ask::get("/example/7")).await.fault_name(), Some("ConnectionError"));
    }
    assert_eq!(service.requests().len(), 2);
}

#[test]
fn a_mistyped_property_is_named() {
    let text = "properties: {backend: {value: 'http://h'}}\nexecute:\n  - invoke: {target-url: $(bakend)/v1}";
    let expected = "error G0702 the host of this URL is only known at run time; did you mean `$(backend)`?";
    assert_eq!(assembly(text).findings(), [format!("api.yaml:7:28: {expected}")]);
}

#[tokio::test]
async fn a_value_from_outside_adds_no_host() {
    let service = TestServer::start(|_| json_reply(200, "{}"));
    let host = service.address.to_string();
    let outside = "execute:
  - set-variable: {actions: [{set: to, value: 'http://host.test'}, {set: to, value: $(request.headers.x-to)}]}
  - invoke: {target-url: '$(to)/x', stop-on-error: [ConnectionError]}";
    let ask = || Ask::get("/example/7").header("x-to", &format!("http://{host}"));
    let refused = assembly(outside).findings();
    assert!(refused[0].contains("error G0702"), "{refused:?}");
    // There every host may be called, but not this machine.
    let loaded = Setup::default().load(&ibm_document("datapower-api-gateway", outside));
    assert!(loaded.findings()[0].contains("warning G0702"), "{:?}", loaded.findings());
    assert_eq!(loaded.serve().ask(ask()).await.fault_name(), Some("ConnectionError"));
    assert_eq!(service.requests().len(), 0);
}

#[test]
fn what_is_no_host_is_reported_at_its_place() {
    let text = "allowed-hosts: [good.test, '*', 'https://h']\nexecute:\n  - invoke: {target-url: 'http://h'}";
    let help = "write `orders.example.com`, with a port `orders.example.com:8443`, or `*.example.com`";
    let finding = |column| format!("api.yaml:5:{column}: error G0308 this is not a host; {help}");
    assert_eq!(assembly(text).findings(), [finding(30), finding(35)]);
    let text = "allowed-hosts: h.test\nexecute:\n  - invoke: {target-url: 'http://h'}";
    assert_eq!(
        assembly(text).findings(),
        ["api.yaml:5:18: error G0304 `allowed-hosts` is text, expected a list of hosts"]
    );
    let path = "paths:\n  /a:\n    x-assembly: {allowed-hosts: [h], execute: [invoke: {target-url: 'http://h'}]}\n";
    let text = document("execute: [invoke: {target-url: 'http://h'}]").replace("paths: {'/example/{id}': {}}\n", path);
    assert_eq!(
        Setup::default().load(&text).findings(),
        ["api.yaml:5:18: error G0303 `allowed-hosts` belongs to the `x-assembly` of the document"]
    );
}
