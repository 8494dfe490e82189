//! Every code a finding can carry. A code keeps its meaning for ever; `docs/errors.md` is generated from this list.

/// The stable name of a kind of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Code {
    /// `G` and four digits.
    pub id: &'static str,
    /// The error, in a few words.
    pub title: &'static str,
    /// Why it matters and what to do.
    pub page: &'static str,
}

macro_rules! codes {
    ($($(#[doc = $section:literal])* $name:ident = $id:literal, $title:literal, $page:literal;)*) => {
        $(pub const $name: Code = Code { id: $id, title: $title, page: $page };)*
        /// All codes in the order of their numbers.
        pub const ALL: &[Code] = &[$($name),*];
    };
}

codes! {
    UNREADABLE = "G0001", "a file cannot be read",
        "The file or folder does not exist, is not readable, or is not UTF-8 text. Check the path and the permissions.";
    TOO_LARGE = "G0002", "a file is too large",
        "Documents and settings are read whole, so they may have at most 10 MiB. Split the document or remove embedded data.";
    SYNTAX = "G0003", "the text is not YAML or JSON",
        "The parser stopped at the place shown. Common causes: a tab used for indentation, an unclosed quote or bracket, or a value with `: ` in it that is not quoted.";
    TOO_DEEP = "G0004", "the text is nested too deeply",
        "Maps and lists may be nested 128 levels deep.";
    TOO_MANY_NODES = "G0005", "the document grows too large through its aliases",
        "After its aliases are expanded a document may have a million values: texts, numbers, lists, maps. An alias that repeats an alias multiplies.";
    DUPLICATE_KEY = "G0006", "a key is twice in one map",
        "YAML forbids it and readers disagree on which one counts. Remove one of the two.";
    BAD_KEY = "G0007", "a key is not a scalar",
        "The keys of a map are text, numbers or booleans, never lists or maps.";
    NO_DOCUMENT = "G0008", "there is nothing to serve",
        "No file with an OpenAPI or Swagger document was found at the paths given.";
    UNSET_VARIABLE = "G0009", "an environment variable or file that the text names does not exist",
        "`${NAME}` takes the environment variable NAME, `${NAME:-default}` falls back to a default, and `${file:/path}` reads a file. Set the variable, write a default, or write `$${` for the characters themselves.";
    SECOND_DOCUMENT = "G0010", "a file has a second YAML document",
        "A line `---` starts another document. Only the first one of a file is read: write each into a file of its own.";

    NOT_OPENAPI = "G0101", "the document is not an OpenAPI document that Gantry reads",
        "A document starts with `openapi: 3.0.x`, `openapi: 3.1.x` or `swagger: '2.0'`.";
    BAD_OPENAPI = "G0102", "a part of the document has the wrong shape",
        "The OpenAPI specification asks for another kind of value here.";
    BAD_PATH = "G0103", "a path template cannot be read",
        "A path starts with `/`. A parameter is a whole segment in braces, as in `/orders/{id}`; a trailing `{+rest}` or `{rest+}` takes one or more segments.";
    ROUTE_CONFLICT = "G0104", "two operations answer the same requests",
        "Two path templates with the same verb match exactly the same paths. Remove one, or give one of the documents another base path.";
    UNRESOLVED_REF = "G0105", "a `$ref` points nowhere",
        "The target of a `$ref` must exist, in this document or in a file of its folder.";
    SPEC_MISMATCH = "G0106", "the document does not follow its OpenAPI version",
        "The specification forbids what is here, or asks for what is missing. The document is served all the same; other tools may refuse it.";
    CLOSED_FILE = "G0107", "the document names a file that it may not read",
        "A document reads YAML, JSON, JavaScript and HTML files of its own folder and of the folders below it: for `$ref`, `json-schema`, `source` and `page`. Links are followed before the folders are compared, so a link that leads out of the folder is refused too. Nothing of such a file is shown. Copy the file, or name its folder with `--files-from DIR`, which may be repeated, or in GANTRY_FILES_FROM, where `:` separates folders.";
    MISPLACED_KEY = "G0108", "OpenAPI has no such key here",
        "A key that OpenAPI does not have at this place is not read: it is mistyped, or belongs elsewhere. Where it decides who may call, such as `security`, a method or `x-assembly`, the document is refused; other keys are ignored. Keys that start with `x-` are yours.";

    NO_ASSEMBLY = "G0201", "an operation has no assembly",
        "Without an assembly there is nothing to run. Put `x-assembly` with an `execute` list at the root of the document, at the path or at the operation.";
    BAD_ASSEMBLY = "G0202", "an assembly has the wrong shape",
        "An assembly is a map with `execute`, and optionally `catch` and `finally`; each of them is a list of steps, and a step is a map with exactly one key, the policy's name.";
    BAD_CATCH = "G0203", "a catch entry has the wrong shape",
        "An entry is either `errors: [NAME, …]` together with `execute: [STEP, …]`, or `default: [STEP, …]`.";
    SHADOWED_CATCH = "G0204", "a catch entry can never run",
        "Entries are tried in order and the first that fits is taken; an earlier entry takes every fault this one names.";
    BAD_VERSION = "G0205", "a policy has no such version",
        "The version is the policy's, not the API's. The message lists the versions that Gantry runs.";
    ENVIRONMENT_OBJECT = "G0206", "the document names something that the settings must supply",
        "TLS profiles, credential profiles, user registries, OAuth providers and the applications that may call belong to the gateway, not to the document. Add it to the settings file. `gantry check` warns, because the settings may be elsewhere; `gantry serve` refuses the document.";

    NOT_ENFORCED = "G0207", "the document asks for something that Gantry does not do yet",
        "The API is served without it. Where it guards the API, put something in front of Gantry that does it.";

    UNGUARDED = "G0208", "the document protects an operation in a way that Gantry does not have yet",
        "The caller or the request would be checked here. Served without that check the operation would stand open, so the document is refused. The message says what to add; of an export of AWS API Gateway, remove the protection where something in front of Gantry gives it, or write an `x-assembly` for the operation. docs/security.md has what is enforced.";

    SEVERAL_POLICIES = "G0209", "a step has several keys",
        "A step is a map with one key, the policy's name, and everything else is below it. Under `x-assembly` several keys are an error. In IBM's documents the policies run one after the other.";

    UNKNOWN_POLICY = "G0301", "there is no such policy",
        "The name of the step is not a policy. The message shows the nearest names.";
    UNBUILT_POLICY = "G0302", "the policy is known but not built yet",
        "IBM API Connect has this policy and Gantry will; until then a document that uses it is refused, because a step that silently does nothing would be worse.";
    UNKNOWN_PROPERTY = "G0303", "there is no such property",
        "The message shows the nearest names; the policy's page lists all of them.";
    WRONG_TYPE = "G0304", "a value has the wrong type or is out of range",
        "The message says what is expected here.";
    MISSING_PROPERTY = "G0305", "a required property is missing",
        "Add the property that the message names.";
    TWO_SPELLINGS = "G0306", "one property is written in two spellings",
        "Two spellings mean the same property, so one of them would be ignored. Remove one.";
    UNBUILT_PROPERTY = "G0307", "the property is known but not built yet",
        "Gantry knows the property and will support it; until then a document that uses it is refused.";
    BAD_VALUE = "G0308", "a value cannot be used",
        "The value has the right type and still means nothing here. The message says why.";
    NO_COUNTERPART = "G0309", "a property of another gateway has no counterpart here",
        "The property is about something that Gantry does not have or always does its own way. The document is served without it.";

    PLACEHOLDER = "G0310", "a placeholder of an AWS document has no value",
        "AWS, CloudFormation or Terraform would fill the name in. Give it a value under `aws-export` in the settings: `region`, `account` and others for the names that start with `AWS::`, `parameters` or a `parameters-file` for all others. docs/from-aws-api-gateway.md has the details.";

    BAD_TEMPLATE = "G0401", "a `$(…)` reference cannot be read",
        "A reference is `$(name.part.part)`; odd names go into brackets, as in `$(request.headers['x-id'])`. An unclosed `$(` or an empty name is a mistake.";
    NEVER_SET = "G0402", "nothing sets this variable",
        "No step that runs before this one sets the variable, and it is neither a property nor one of the built-in variables; it would be empty.";
    READ_ONLY = "G0403", "the variable cannot be set",
        "`request`, `system`, `session` and `env` describe what came from outside and stay as they are; properties of the API are constants; a message has `body`, `headers.NAME`, `status.code`, `status.reason` and `attributes`. docs/variables.md says of every variable whether it can be set.";

    BAD_EXPRESSION = "G0404", "a condition or expression cannot be read",
        "Conditions are JSONata, such as `$httpVerb() = 'GET' and message.body.kind = 'gift'`. The place shown is inside the expression.";

    BAD_SCRIPT = "G0405", "a script cannot be run",
        "The JavaScript has a mistake at the place shown, its file cannot be read, or it requires a module that Gantry does not have. docs/policies/gatewayscript.md lists the modules.";

    UNKNOWN_VARIABLE = "G0406", "there is no such variable of the gateway",
        "Below `request`, `message`, `api`, `client`, `plan`, `env`, `error`, `session` and `system` the gateway has the variables that docs/variables.md lists, some of them in one generation only. Another name is always empty. Under `x-assembly` that is an error, in IBM's documents a warning.";

    SIZE_OF_DATA = "G0407", "data decides how much an expression makes",
        "A request chooses the end of a range, the length of a text, a picture, or the text of an expression. An evaluation that takes too much ends with an error, and one that takes much delays others. Write a bound, such as `$min([message.body.n, 100])`.";
    PLAIN_REFERENCE = "G0408", "a text is the name of a variable",
        "Only `$(…)` is replaced by a value; the name alone is a text like any other.";
    SHADOWED_PROPERTY = "G0409", "an output takes the place of a property",
        "From this step on the name holds the answer of the call, and no longer what `properties` has.";

    BAD_MAPPING_TEMPLATE = "G0410", "a mapping template cannot be read",
        "The place shown is inside the template. It is in the language that AWS API Gateway has; docs/mapping-templates.md describes it. What AppSync has in addition is not part of it.";

    UNREACHABLE = "G0501", "a step can never run",
        "The step before it always ends the flow.";

    BAD_FUNCTION = "G0601", "the function is not a name or an ARN that Lambda accepts",
        "A function is a name of at most 64 letters, digits, `-` and `_`, a partial ARN `ACCOUNT:function:NAME`, or a full ARN `arn:aws:lambda:REGION:ACCOUNT:function:NAME`; each may end in `:QUALIFIER`.";
    QUALIFIER_CONFLICT = "G0602", "the function's suffix and `qualifier` disagree",
        "The version or alias is written after the function's name or in `qualifier`. When both are written they must be equal.";
    REGION_CONFLICT = "G0603", "two regions are named for one function",
        "The ARN or the endpoint already says the region; signing for another one would be refused by AWS.";
    NO_REGION = "G0604", "no region is known for the function",
        "Write `region` in the step, use a full ARN, set `aws: {region: …}` in the settings, or set AWS_REGION.";
    HALF_KEY_PAIR = "G0605", "an access key without its other half",
        "`aws-access-key-id` and `aws-secret-access-key` belong together; a session token needs both.";
    LITERAL_SECRET = "G0606", "a secret is written into the document",
        "Documents are shared and versioned. Take the value from the environment with `${NAME}`, from a file with `${file:…}`, or use a credential profile of the settings.";
    PLAIN_HTTP = "G0607", "credentials would travel over plain http",
        "Signed requests and their payloads can be read on the way. Use https, except on the loopback interface.";
    BAD_ENDPOINT = "G0608", "the endpoint is not a URL that Lambda can be called at",
        "An endpoint is an absolute http or https URL without query, as in `https://vpce-….lambda.eu-west-1.vpce.amazonaws.com`.";
    UNKNOWN_FUNCTION = "G0609", "no handler of this name is next to the document",
        "`gantry dev` runs functions from the files next to the documents. A call of one that is not there fails.";
    UNKNOWN_REGION = "G0610", "there is no such region",
        "Calls go to a host that has the region in its name. A region that AWS does not have has no host.";

    BAD_TARGET = "G0701", "the target URL cannot be called",
        "A target is an absolute http or https URL whose host is known at load. The path and the query may hold `$(…)`.";
    OPEN_TARGET = "G0702", "the host of the target is only known at run time",
        "A client could choose where the gateway connects to. Write the host into the URL, or take it from a property of the API.";

    BAD_SETTINGS = "G0801", "the settings cannot be used",
        "The settings file is one YAML map; docs/settings.md lists every key.";
    BAD_TLS_PROFILE = "G0802", "a TLS profile cannot be used",
        "The files of a TLS profile must exist and hold PEM; the client certificate and its key belong together.";
    BAD_PRODUCT = "G0803", "a product file cannot be used",
        "Applications subscribe to the product by its name, and each plan needs limits that Gantry can count.";
    BAD_TEST = "G0804", "a test cannot be run",
        "A file whose name ends in `.test.yaml` has tests of the documents next to it; docs/tests.md describes every key. A test names what its table and the requests before have, and its dates, URLs and regular expressions can be read.";
    BAD_LISTENER_TLS = "G0805", "the files of `server.tls` cannot be used",
        "Certificates and keys are PEM, keys are not encrypted, and the first certificate of a file is that of its key. docs/tls.md has the commands of openssl.";

    NO_TIMEOUT = "G0901", "a call has no time-out of its own",
        "Gantry's default ends it, but a default knows nothing of this service. Found by `gantry audit`.";
    WILDCARD_CORS = "G0902", "pages of every origin may read the answers",
        "CORS is what keeps a page of somebody else from reading what a person's browser may fetch. With credentials the page acts as that person. Found by `gantry audit`.";
    UNLIMITED_BODY = "G0903", "a body of any size is taken",
        "Zero is no limit. A large body is memory that other requests need. Found by `gantry audit`.";
    LEAKING_CATCH = "G0904", "the answer to a fault tells what went wrong inside",
        "Messages of faults are written for operators: they name hosts, functions and causes. Found by `gantry audit`.";
    INLINE_PAIR = "G0905", "a step has an access key pair of its own",
        "A pair in a document has as many owners as the document has readers. Profiles of the settings and roles can be rotated in one place. Found by `gantry audit`.";
    BROAD_FUNCTIONS = "G0906", "a request chooses among nearly all functions",
        "`allowed-functions` keeps a request from naming any function of the account. Found by `gantry audit`.";
    OPEN_OPERATION = "G0907", "everybody may call an operation",
        "The operation has no `security`, or one of its alternatives asks for nothing. Found by `gantry audit`.";
    BAD_ACCEPTED = "G0908", "an accepted finding cannot be used",
        "An entry of the file of accepted findings needs a code that exists and a reason; one that fits nothing any more should go. docs/audit.md has the form.";
}

impl Code {
    /// Whether an audit finds it, and documents with it are served.
    pub fn is_of_audit(self) -> bool {
        self.id.starts_with("G09") || [OPEN_TARGET, LITERAL_SECRET].contains(&self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_in_order() {
        assert!(ALL.windows(2).all(|pair| pair[0].id < pair[1].id));
    }
}
