//! HTTPS: the binary with certificates of a private authority, and the clients that people use.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod support;

use std::process::{Command, Output, Stdio};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair};
use support::{Gantry, gantry, skipped};
use tempfile::TempDir;

const DOCUMENT: &str = "tests/fixtures/tls.yaml";

/// A folder with an authority and what it has signed.
struct Files {
    folder: TempDir,
    authority: CertifiedIssuer<'static, KeyPair>,
}

impl Files {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name = named("The authority of a test");
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let files = Files { folder: tempfile::tempdir().unwrap(), authority };
        files.write("ca.pem", &files.authority.pem());
        files
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: &str) {
        // Renamed over the old file, as those who renew certificates do it.
        std::fs::write(self.path("new"), text).unwrap();
        std::fs::rename(self.path("new"), self.path(name)).unwrap();
    }

    /// Writes `FILE.pem` and `FILE.key` of a certificate with these names.
    fn issue(&self, file: &str, names: &[&str]) {
        self.issue_until(file, names, 2100);
    }

    fn issue_until(&self, file: &str, names: &[&str], year: i32) {
        let key = KeyPair::generate().unwrap();
        let mut params =
            CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
        params.distinguished_name = named(file);
        params.not_after = rcgen::date_time_ymd(year, 1, 1);
        let certificate = params.signed_by(&key, &self.authority).unwrap();
        self.write(&format!("{file}.key"), &key.serialize_pem());
        self.write(&format!("{file}.pem"), &certificate.pem());
    }

    /// Settings with these certificates, and lines below `tls`.
    fn settings(&self, certificates: &[&str], more: &str) -> String {
        let mut text = format!("server:\n  tls:\n{more}    certificates:\n");
        for name in certificates {
            let (certificate, key) = (self.path(&format!("{name}.pem")), self.path(&format!("{name}.key")));
            text.push_str(&format!("      - {{certificate: {certificate}, key: {key}}}\n"));
        }
        self.write("settings.yaml", &text);
        self.path("settings.yaml")
    }

    fn start(&self, certificates: &[&str], more: &str) -> Gantry {
        Gantry::start(&["serve", DOCUMENT, "--settings", &self.settings(certificates, more)])
    }

    /// `curl` that trusts the authority and finds every name at the gateway.
    fn curl(&self, gantry: &Gantry, url: &str, more: &[&str]) -> Output {
        let connect = format!("::{}", gantry.traffic);
        let ca = self.path("ca.pem");
        let common = ["--silent", "--show-error", "--max-time", "20", "--cacert", &ca, "--connect-to", &connect];
        Command::new("curl").args(common).args(more).arg(url).output().expect("curl runs")
    }
}

fn named(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn has(program: &str, version: &str) -> bool {
    let found = Command::new(program).arg(version).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let found = found.is_ok_and(|status| status.success());
    if !found {
        skipped(&format!("the tests of TLS with {program}, which is not installed"));
    }
    found
}

/// Handshakes with `openssl s_client`; all that it prints.
fn s_client(gantry: &Gantry, arguments: &[&str]) -> String {
    let address = gantry.traffic.to_string();
    let all = [&["s_client", "-connect", &address][..], arguments].concat();
    text(&Command::new("openssl").args(all).stdin(Stdio::null()).output().expect("openssl runs"))
}

#[test]
fn curl_speaks_http_1_and_2_and_steps_see_https() {
    if !has("curl", "--version") {
        return;
    }
    let files = Files::new();
    files.issue("a", &["a.example"]);
    let gantry = files.start(&["a"], "");
    for (version, number) in [("--http1.1", "1.1"), ("--http2", "2")] {
        let answer = files.curl(&gantry, "https://a.example/seen", &[version, "--write-out", " %{http_version}"]);
        assert_eq!(text(&answer), format!("https https://a.example/seen 127.0.0.1 {number}"));
    }
    // Several requests on one connection, and one with a body.
    let answer = files.curl(&gantry, "https://a.example/seen", &["https://a.example/seen", "--data", "x"]);
    assert!(text(&answer).contains("https"), "{}", text(&answer));
    // Plain HTTP is no handshake; it is counted.
    let plain = support::request(gantry.traffic, "GET", "/seen", &[], "");
    assert!(plain.is_err() || plain.is_ok_and(|answer| answer.status != 200));
    gantry.wait_until("the failure is counted", || {
        let metrics = gantry.try_get_from(gantry.admin, "/metrics").expect("an answer").body;
        metrics.contains("gantry_refused_total{reason=\"handshake\"} 1")
    });
    let said = gantry.stderr();
    assert!(said.contains(&format!("https://{}", gantry.traffic)), "{said}");
}

#[test]
fn names_choose_certificates_and_new_files_are_used() {
    if !has("curl", "--version") {
        return;
    }
    let files = Files::new();
    for (file, names) in [("a", ["a.example", "127.0.0.1"]), ("b", ["B.example", "*.b.example"])] {
        files.issue(file, &names);
    }
    let gantry = files.start(&["a", "b"], "");
    for url in
        ["https://a.example/seen", "https://b.example/seen", "https://x.b.example/seen", "https://127.0.0.1/seen"]
    {
        let answer = files.curl(&gantry, url, &[]);
        assert!(answer.status.success(), "{url}: {}", text(&answer));
    }
    for url in ["https://c.example/seen", "https://y.x.b.example/seen"] {
        let answer = files.curl(&gantry, url, &[]);
        assert!(!answer.status.success(), "{url}: {}", text(&answer));
    }
    // The key of another certificate changes nothing; then both fit again.
    files.write("a.key", &KeyPair::generate().unwrap().serialize_pem());
    gantry.wait_until("the mismatch is reported", || gantry.stderr().contains("is not the key of"));
    assert!(files.curl(&gantry, "https://a.example/seen", &[]).status.success());
    files.issue("a", &["c.example"]);
    gantry.wait_until("the new certificate is used", || {
        files.curl(&gantry, "https://c.example/seen", &[]).status.success()
    });
}

#[test]
fn openssl_gets_the_versions_that_are_allowed_and_resumes() {
    if !has("openssl", "version") {
        return;
    }
    let files = Files::new();
    files.issue("a", &["a.example"]);
    let gantry = files.start(&["a"], "");
    let said = s_client(&gantry, &["-tls1_2", "-alpn", "h2", "-servername", "a.example"]);
    assert!(said.contains("ALPN protocol: h2") && said.contains("New, TLSv1.2"), "{said}");
    let said = s_client(&gantry, &["-tls1_3", "-alpn", "http/1.1"]);
    assert!(said.contains("ALPN protocol: http/1.1") && said.contains("New, TLSv1.3"), "{said}");
    let said = s_client(&gantry, &["-tls1_1"]);
    assert!(said.contains("no protocols available") || said.contains("alert"), "{said}");
    // Five further handshakes with the session of the first one.
    let said = s_client(&gantry, &["-tls1_2", "-reconnect"]);
    assert_eq!(said.matches("Reused, TLSv1.2").count(), 5, "{said}");
    drop(gantry);
    let gantry = files.start(&["a"], "    min-version: 1.3\n");
    let said = s_client(&gantry, &["-tls1_2"]);
    assert!(said.contains("alert protocol version"), "{said}");
    assert!(s_client(&gantry, &["-tls1_3"]).contains("New, TLSv1.3"));
}

#[test]
fn python_is_served_with_its_own_tls() {
    if !has("python3", "--version") {
        return;
    }
    let files = Files::new();
    files.issue("a", &["localhost"]);
    let gantry = files.start(&["a"], "");
    let script = "import http.client, ssl, sys\n\
        context = ssl.create_default_context(cafile=sys.argv[1])\n\
        client = http.client.HTTPSConnection('localhost', int(sys.argv[2]), context=context, timeout=20)\n\
        for number in range(3):\n    \
            client.request('GET', '/seen')\n    \
            print(client.getresponse().read().decode())\n\
        print(client.sock.version())\n";
    let port = gantry.traffic.port().to_string();
    let output = Command::new("python3").args(["-c", script, &files.path("ca.pem"), &port]).output().unwrap();
    let line = format!("https https://localhost:{port}/seen 127.0.0.1\n");
    assert_eq!(text(&output), format!("{}TLSv1.3\n", line.repeat(3)));
}

#[test]
fn plain_http_is_sent_to_https() {
    let files = Files::new();
    files.issue("a", &["a.example"]);
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let gantry = files.start(&["a"], &format!("    redirect-listen: {free}\n    redirect-port: 443\n"));
    let answer = support::request(free, "GET", "/a/b?c=d", &[], "").expect("an answer");
    assert_eq!(answer.status, 308);
    assert!(answer.headers.contains("location: https://127.0.0.1/a/b?c=d\r\n"), "{}", answer.headers);
    gantry.wait_until("the access line is written", || gantry.stdout().contains("\"/a/b\""));
}

#[test]
fn clients_show_certificates() {
    if !has("curl", "--version") || !has("openssl", "version") {
        return;
    }
    let files = Files::new();
    files.issue("a", &["a.example"]);
    files.issue("orders", &["orders.example"]);
    let strangers = Files::new();
    strangers.issue("stranger", &["orders.example"]);
    let (ca, own) = (files.path("ca.pem"), (files.path("orders.pem"), files.path("orders.key")));
    let foreign = (strangers.path("stranger.pem"), strangers.path("stranger.key"));
    let shown = |pair: &'_ (String, String)| ["--cert", &pair.0, "--key", &pair.1].map(str::to_owned);
    let ask = |gantry: &Gantry, more: &[String]| {
        let more: Vec<&str> = more.iter().map(String::as_str).collect();
        files.curl(gantry, "https://a.example/certificate", &more)
    };
    for required in [true, false] {
        let gantry = files.start(&["a"], &format!("    clients: {{ca: {ca}, required: {required}}}\n"));
        let answer = ask(&gantry, &shown(&own));
        let fingerprint = Command::new("openssl")
            .args(["x509", "-in", &own.0, "-noout", "-fingerprint", "-sha256"])
            .output()
            .expect("openssl runs");
        let fingerprint = text(&fingerprint).trim().rsplit('=').next().unwrap().replace(':', "").to_lowercase();
        assert_eq!(text(&answer), format!("CN=orders|CN=The authority of a test|DNS:orders.example|{fingerprint}"));
        assert!(!ask(&gantry, &shown(&foreign)).status.success(), "a certificate of another authority");
        let none = ask(&gantry, &[]);
        assert_eq!(none.status.success(), !required, "{}", text(&none));
        if !required {
            assert_eq!(text(&none), "|||");
        }
        // With the session of another connection, the client is the same one.
        let arguments = ["-tls1_2", "-reconnect", "-cert", &own.0, "-key", &own.1];
        assert_eq!(s_client(&gantry, &arguments).matches("Reused, TLSv1.2").count(), 5);
    }
}

#[test]
fn an_expired_certificate_is_a_warning() {
    let files = Files::new();
    files.issue_until("a", &["a.example"], 2020);
    let gantry = files.start(&["a"], "");
    let said = gantry.stderr();
    assert!(said.contains("expired at") && said.contains("openssl x509 -in"), "{said}");
}

/// Starts with settings that cannot be used; what is said.
fn refused(files: &Files, certificate: &str, key: &str) -> String {
    let settings = format!(
        "server:\n  tls:\n    certificates:\n      - certificate: {}\n        key: {}\n",
        files.path(certificate),
        files.path(key)
    );
    files.write("settings.yaml", &settings);
    let ports = ["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];
    let output = gantry(&[&["serve", DOCUMENT, "--settings", &files.path("settings.yaml")], &ports[..]].concat());
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    text(&output)
}

#[test]
fn what_is_wrong_with_files_is_said_with_its_place_and_its_remedy() {
    let files = Files::new();
    files.issue("a", &["a.example"]);
    files.issue("b", &["b.example"]);
    std::fs::write(files.path("binary.p12"), [0x30, 0x82, 0xff, 0xfe]).unwrap();
    files.write("encrypted.key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n");
    for (certificate, key, place, message, command) in [
        ("a.pem", "b.key", "5:14", "is not the key of", "openssl pkey -in"),
        ("a.pem", "encrypted.key", "5:14", "is encrypted", "openssl pkey -in"),
        ("binary.p12", "a.key", "4:22", "cannot be read", "openssl pkcs12 -in"),
        ("a.key", "a.key", "4:22", "has no certificate in PEM", "name the file of the certificate"),
        ("a.pem", "a.pem", "5:14", "has no private key in PEM", "BEGIN PRIVATE KEY"),
        ("none.pem", "a.key", "4:22", "No such file", "Gantry was started"),
    ] {
        let said = refused(&files, certificate, key);
        assert!(said.contains(&format!("settings.yaml:{place}: error G0805")), "{said}");
        assert!(said.contains(message) && said.contains(command), "{certificate} {key}: {said}");
    }
}
