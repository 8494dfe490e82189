"""Encrypted tokens from jwcrypto to the gateway and back: every algorithm, the compact form and the JSON ones."""
import json
import os
import time
import urllib.error
import urllib.request

from jwcrypto import jwe, jwk, jwt

URL = os.environ["GANTRY_URL"]
SIGNING = jwk.JWK(kty="oct", k="YSBzaGFyZWQgc2VjcmV0IG9mIHRoaXJ0eS10d28gYnk")
CONTENTS = {
    "A128CBC-HS256": 32, "A192CBC-HS384": 48, "A256CBC-HS512": 64, "A128GCM": 16, "A192GCM": 24, "A256GCM": 32,
}
WRAPS = {"A128KW": 16, "A192KW": 24, "A256KW": 32}
ALL = ["RSA1_5", "RSA-OAEP", "RSA-OAEP-256", "A128KW", "A192KW", "A256KW", "dir"] + list(CONTENTS)


def post(path, body, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(URL + path, body.encode(), headers | {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{path} {headers}: {error.read().decode()}") from error


def key(alg, enc):
    if alg.startswith("RSA"):
        return RSA
    return jwk.JWK.generate(kty="oct", size=8 * (CONTENTS[enc] if alg == "dir" else WRAPS[alg]))


def to_the_gateway(alg, enc, own):
    claims = {"iss": "peer", "exp": int(time.time()) + 60}
    inner = jwt.JWT(header={"alg": "HS256"}, claims=claims)
    inner.make_signed_token(SIGNING)
    outer = jwe.JWE(inner.serialize().encode(), json.dumps({"alg": alg, "enc": enc, "cty": "JWT"}), algs=ALL)
    outer.add_recipient(own)
    answer = post("/open", own.export(), authorization="Bearer " + outer.serialize(compact=True))
    assert json.loads(answer) == claims, (alg, enc, answer)
    for compact in (True, False):
        message = jwe.JWE(b"the text", json.dumps({"alg": alg, "enc": enc}), algs=ALL)
        message.add_recipient(own)
        body = json.dumps({"key": own.export(as_dict=True), "message": message.serialize(compact=compact)})
        assert post("/script/open", body) == "the text", (alg, enc, compact)


def from_the_gateway(alg, enc, own):
    public = own.export_public() if alg.startswith("RSA") else own.export()
    sealed = jwe.JWE(algs=ALL)
    sealed.deserialize(post("/seal", public, x_alg=alg, x_enc=enc), own)
    inner = jwt.JWT(jwt=sealed.payload.decode(), key=SIGNING, algs=["HS256"])
    assert json.loads(inner.claims)["iss"] == "gateway", (alg, enc)
    for form in ("compact", "json", "json_flat"):
        message = jwe.JWE(algs=ALL)
        message.deserialize(post("/script/seal", public, x_alg=alg, x_enc=enc, x_form=form), own)
        assert message.payload == b"the text", (alg, enc, form)


def several():
    """One content for two receivers."""
    other = jwk.JWK.generate(kty="oct", size=256)
    message = jwe.JWE(b"the text", json.dumps({"enc": "A256GCM"}), algs=ALL, aad="more")
    message.add_recipient(RSA, json.dumps({"alg": "RSA-OAEP"}))
    message.add_recipient(other, json.dumps({"alg": "A256KW"}))
    for own in (RSA, other):
        body = json.dumps({"key": own.export(as_dict=True), "message": message.serialize()})
        assert post("/script/open", body) == "the text"


RSA = jwk.JWK.generate(kty="RSA", size=2048)
count = 0
for alg in ["RSA1_5", "RSA-OAEP", "RSA-OAEP-256", "A128KW", "A192KW", "A256KW", "dir"]:
    for enc in CONTENTS:
        own = key(alg, enc)
        to_the_gateway(alg, enc, own)
        from_the_gateway(alg, enc, own)
        count += 1
several()
print(f"{count} algorithms both ways, in every form")
