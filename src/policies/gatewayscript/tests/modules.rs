//! `require` and what comes with it.

use serde_json::json;

use super::{Setup, says, table};
use crate::test_support::document;

#[tokio::test]
async fn buffers_are_nodes() {
    table(&[
        ("Buffer.from('aé').toString('hex')", json!("61c3a9")),
        ("Buffer.from('YWI=', 'base64').toString()", json!("ab")),
        ("new Buffer('ab').toString('base64')", json!("YWI=")),
        ("Buffer('ab').length", json!(2)),
        ("Buffer.concat([Buffer.from('a'), Buffer.from('bc')]).toString()", json!("abc")),
        ("Buffer.byteLength('é')", json!(2)),
        ("Buffer.alloc(3, 'ab').toString()", json!("aba")),
        ("Buffer.isBuffer(Buffer.alloc(1)) && !Buffer.isBuffer(new Uint8Array(1))", json!(true)),
        ("Buffer.from('abcd').slice(1, 3).toString()", json!("bc")),
        ("Buffer.from('abcd').toString('utf8', 1, 3)", json!("bc")),
        ("Buffer.from('abc').equals(Buffer.from('abc'))", json!(true)),
        ("Buffer.compare(Buffer.from('a'), Buffer.from('b'))", json!(-1)),
        ("Buffer.from('hello').indexOf('l')", json!(2)),
        ("Buffer.from('hello').lastIndexOf('l')", json!(3)),
        ("Buffer.from('hello').includes('ell')", json!(true)),
        ("JSON.stringify(Buffer.from('a'))", json!("{\"type\":\"Buffer\",\"data\":[97]}")),
        ("Buffer.from(JSON.parse(JSON.stringify(Buffer.from('hi')))).toString()", json!("hi")),
        ("Buffer.from([1, 2, 3, 4]).readUInt16BE(1)", json!(0x0203)),
        ("Buffer.from([255, 255]).readInt16LE(0)", json!(-1)),
        (
            "(() => { const b = Buffer.alloc(4); b.writeInt32BE(-2, 0); return b.toString('hex'); })()",
            json!("fffffffe"),
        ),
        ("(() => { const b = Buffer.alloc(8); b.writeDoubleLE(1.5, 0); return b.readDoubleLE(0); })()", json!(1.5)),
        ("(() => { const b = Buffer.alloc(3); return [b.write('xyz9'), b.toString()]; })()", json!([3, "xyz"])),
        (
            "(() => { const b = Buffer.from('abc'); const c = b.slice(1); c[0] = 120; return b.toString(); })()",
            json!("axc"),
        ),
        (
            "(() => { const b = Buffer.alloc(3); Buffer.from('xy').copy(b, 1); return b.toString('hex'); })()",
            json!("007879"),
        ),
        ("(() => { try { Buffer.alloc(2).readUInt32LE(0); } catch (e) { return e.name; } })()", json!("RangeError")),
        ("require('buffer').Buffer === Buffer", json!(true)),
        ("'' + Buffer.from('x')", json!("x")),
    ])
    .await;
}

#[tokio::test]
async fn util_url_and_querystring_are_nodes() {
    table(&[
        ("require('util').format('%s=%d %j %%', 'a', '42', {b: 1}, 'more')", json!("a=42 {\"b\":1} % more")),
        ("require('util').inspect({a: [1, 'x', {b: {c: 1}}]})", json!("{ a: [ 1, 'x', { b: [Object] } ] }")),
        ("require('util').isArray([])", json!(true)),
        (
            "require('url').parse('https://u:p@Host.test:8443/a/b?x=1&y=2#h')",
            json!({
            "protocol": "https:", "slashes": true, "auth": "u:p", "host": "host.test:8443", "port": "8443",
            "hostname": "host.test", "hash": "#h", "search": "?x=1&y=2", "query": "x=1&y=2", "pathname": "/a/b",
            "path": "/a/b?x=1&y=2", "href": "https://u:p@host.test:8443/a/b?x=1&y=2#h"}),
        ),
        ("require('url').parse('/a?x=1', true).query.x", json!("1")),
        ("require('url').resolve('http://h/a/b', '../c')", json!("http://h/c")),
        (
            "require('url').format({protocol: 'http', host: 'h', pathname: 'a', query: {b: 'c d'}})",
            json!("http://h/a?b=c%20d"),
        ),
        ("require('querystring').parse('a=1&b=x+y&a=2&c')", json!({"a": ["1", "2"], "b": "x y", "c": ""})),
        ("require('querystring').stringify({a: [1, 'b c'], d: true, e: null})", json!("a=1&a=b%20c&d=true&e=")),
        ("require('querystring').parse('__proto__=1').__proto__", json!("1")),
    ])
    .await;
}

#[tokio::test]
async fn crypto_hashes() {
    table(&[
        ("require('crypto').createHash('sha256').update('abc').digest('hex')", json!("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")),
        ("require('crypto').createHash('SHA1').update('a').update('bc').digest('hex')", json!("a9993e364706816aba3e25717850c26c9cd0d89d")),
        ("require('crypto').createHash('md5').update(Buffer.from('abc')).digest('base64')", json!("kAFQmDzST7DWlj99KOF/cg==")),
        ("require('crypto').createHmac('sha256', 'key').update('The quick brown fox jumps over the lazy dog').digest('hex')", json!("f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8")),
        ("require('crypto').createHmac('hmac-sha1', 'key').update('x').digest().length", json!(20)),
        ("require('crypto').randomBytes(16).length", json!(16)),
        ("require('crypto').randomBytes(16).equals(require('crypto').randomBytes(16))", json!(false)),
        ("/^[0-9a-f]{8}-[0-9a-f]{4}-4/.test(require('crypto').randomUUID())", json!(true)),
        ("(() => { try { require('crypto').createHash('whirlpool'); } catch (e) { return /is no hash here/.test(e.message); } })()", json!(true)),
        ("(() => { try { require('crypto').createSign('rsa-sha256'); } catch (e) { return /not built yet/.test(e.message); } })()", json!(true)),
    ])
    .await;
}

#[tokio::test]
async fn header_and_service_metadata_speak_of_the_request() {
    table(&[
        ("require('header-metadata').current.get('Content-Type')", json!("application/json")),
        ("require('header-metadata').original.get('host')", json!("gateway.test")),
        ("(require('header-metadata').response.set('X-A', 'b'), require('header-metadata').current.headers['x-a'])", json!("b")),
        ("(require('header-metadata').current.remove('content-type'), typeof require('header-metadata').current.get('content-type'))", json!("undefined")),
        ("require('service-metadata').getVar('var://service/URI')", json!("/example/7?a=1&b=x%20y")),
        ("require('service-metadata').URLIn", json!("http://gateway.test/example/7?a=1&b=x%20y")),
        ("require('service-metadata').transactionId", json!("00000000-0000-4000-8000-000000000000")),
        ("(require('service-metadata').setVar('var://service/error-protocol-response', '404'), [context.message.statusCode, context.message.statusCode = 200][0])", json!(404)),
        ("(() => { try { return require('service-metadata').getVar('var://service/nope'); } catch (e) { return /not known here/.test(e.message); } })()", json!(true)),
    ])
    .await;
}

#[tokio::test]
async fn packaged_files_are_read_and_others_are_not() {
    let document = document("execute:\n- gatewayscript: {source: ./own.js}");
    let script = "
const fs = require('fs');
fs.readFile('data.json', 'utf8', function (error, text) {
  let refused;
  try { fs.readFileSync('../secret'); } catch (e) { refused = e.message; }
  context.message.body.write(JSON.parse(text).a + ' ' + fs.existsSync('no') + ' ' + refused);
});";
    let loaded =
        Setup::default().load_beside(&[("api.yaml", &document)], &[("own.js", script), ("data.json", "{\"a\": 5}")]);
    let expected = "5 false `../secret` cannot be read: scripts read only files that lie beside their document";
    assert_eq!(loaded.serve_cleanly().get().await.text(), expected);
}

#[tokio::test]
async fn an_unknown_module_names_the_known_ones() {
    let message = says("try { require('os' + ''); } catch (error) { say(error.message); }").await;
    assert!(
        message.as_str().unwrap().starts_with("there is no module `os`; there are apim, assert, buffer, "),
        "{message}"
    );
}
