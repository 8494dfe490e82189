//! Every variable of the gateway: what it holds, who may set it, and its documentation. The page `docs/variables.md` shows this
//! table, and tests hold the code to it.

use std::sync::Arc;

use super::{api, body, caller, certificate, clock, error, message, parameters, request, session};
use crate::base::Generation;
use crate::expression::{Builtin, Reference, Variable};
use crate::runtime::State;
use crate::value::Value;

/// A variable: one row of the table.
pub struct VariableInfo {
    pub variable: Variable,
    pub kind: &'static str,
    pub known: Known,
    pub writable: Writable,
    /// Its value in a request, as the gateway itself has it. The path is what the reference's name does not fix.
    pub(super) get: fn(&State, &[Arc<str>]) -> Value,
    pub meaning: &'static str,
    /// When it is not there; empty where it always is.
    pub missing: &'static str,
}

/// The generations that have a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    Both,
    V10,
    V5,
}

/// The generations in which steps may set a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writable {
    No,
    Both,
    V10,
    V5,
}

impl Known {
    /// Whether this generation has the variable.
    pub fn is_in(self, generation: Generation) -> bool {
        matches!((self, generation), (Known::Both, _) | (Known::V10, Generation::V10) | (Known::V5, Generation::V5))
    }
}

impl Writable {
    /// Whether steps of this generation may set the variable.
    pub fn is_in(self, generation: Generation) -> bool {
        matches!(
            (self, generation),
            (Writable::Both, _) | (Writable::V10, Generation::V10) | (Writable::V5, Generation::V5)
        )
    }
}

impl VariableInfo {
    /// As it is written; `NAME` stands for a name of the author's or the client's.
    pub fn name(&self) -> &'static str {
        self.variable.name()
    }
}

/// The row of a variable.
pub fn info(variable: Variable) -> &'static VariableInfo {
    &VARIABLES[variable as usize]
}

/// Whether steps may set what a reference below a root of the gateway leads to, in assemblies of this generation.
pub fn is_writable(reference: &Reference, generation: Generation) -> bool {
    let variable = reference.variable();
    let writable = match reference.unknown_member() {
        Some(_) => writable_members(variable),
        None => info(variable).writable,
    };
    writable.is_in(generation)
}

/// The generations in which steps may set members that the gateway itself does not have.
fn writable_members(variable: Variable) -> Writable {
    use Variable::*;
    match variable {
        Api | ApiOperation | ApiEndpoint | ApiCatalog | ApiOrg | ApiSecurity | Error | ErrorStatus => Writable::Both,
        Client | ClientApp | ClientOrg | Plan => Writable::V10,
        // A member of a plain value makes an object of it.
        other if matches!(other.root(), Builtin::Api | Builtin::Error | Builtin::Client | Builtin::Plan) => {
            info(other).writable
        }
        _ => Writable::No,
    }
}

/// The value of a variable that only steps and the security stage set.
fn nothing(_: &State, _: &[Arc<str>]) -> Value {
    Value::NULL
}

/// Declares the rows: variable, type, generations that have it, generations in which steps may set it, its value, what it means,
/// and when it is not there.
macro_rules! table {
    ($($variable:ident $kind:literal $known:ident $writable:ident $get:expr => $meaning:literal, $missing:literal;)*) => {
        /// All of them, by their roots, in the order of [`Variable`].
        pub static VARIABLES: [VariableInfo; Variable::ALL.len()] = [$(VariableInfo {
            variable: Variable::$variable,
            kind: $kind,
            known: Known::$known,
            writable: Writable::$writable,
            get: $get,
            meaning: $meaning,
            missing: $missing,
        }),*];
    };
}

table! {
    Request "object" Both No request::whole
        => "Everything below it.", "";
    RequestVerb "text" Both No request::verb
        => "The verb, in capitals.", "";
    RequestScheme "text" Both No request::scheme
        => "`https`, or `http` without TLS.", "";
    RequestUri "text" Both No request::uri
        => "The whole URL as the client wrote it; in v5 only its path and query.", "";
    RequestPath "text" Both No request::path
        => "The path as the client wrote it, base path included.", "";
    RequestSearch "text" Both No request::search
        => "The query with its `?`; empty text without one.", "";
    RequestQuerystring "text" Both No request::querystring
        => "The query without its `?`; empty text without one.", "";
    RequestHeaders "object" Both No request::headers
        => "All headers, names in lower case.", "";
    RequestHeader "text" Both No request::header
        => "A header. Case does not count; repeated headers are joined by `, `.", "the header was not sent";
    RequestParameters "object" Both V5 parameters::all
        => "v10: the parameters of the path and of the query, and declared fields of a form. v5: declared parameters.", "";
    RequestParameter "see below" Both V5 parameters::one
        => "A parameter's value. v10: text, or a list of texts where the name repeats. v5: as its declared type says.",
           "it was not sent; in v5 also where it is not declared or does not fit its type";
    RequestParameterValues "list" V10 No parameters::values
        => "Every value that was sent under the name: of the path, of the query, of a form.", "it was not sent";
    RequestParameterLocations "list" V10 No parameters::locations
        => "For each of the values where it was sent: `path`, `query` or `formData`.", "it was not sent";
    RequestBody "any" Both No body::body
        => "The body as the client sent it. `request.body.x` is a member of a JSON body; in v5 also a field of a form.",
           "there was none; in v5 also of GET, HEAD, DELETE and OPTIONS";
    RequestContentType "text" Both No request::content_type
        => "The header; every kind of JSON is `application/json`, every kind of XML `application/xml`.",
           "the header was not sent";
    RequestDate "text" Both No request::date
        => "When the request arrived, as `2023-11-14T22:13:20.000Z`.", "";
    RequestAuthorization "text; v5: object" Both No request::authorization
        => "The header; in v5 its `scheme`, `token` and `params`.", "the header was not sent";
    RequestAuthorizationScheme "text" Both No request::authorization_scheme
        => "The first word of the header, such as `Bearer`.", "no header";
    RequestAuthorizationToken "text" Both No request::authorization_token
        => "What follows the scheme.", "no header, or one with `params`";
    RequestAuthorizationParams "object" Both No request::authorization_params
        => "The `name=value` pairs that follow the scheme.", "no header";
    RequestAttributes "object" Both No request::attributes
        => "What is known of the request.", "";
    RequestIsCorsPreflight "boolean" Both No request::is_cors_preflight
        => "Whether a browser asks what pages of another origin may do.", "";
    RequestWebsocket "boolean" Both No request::websocket
        => "Whether the client asks for a WebSocket.", "";
    Message "object" Both No |state, path| message::get(&state.outgoing.message, Variable::Message, path)
        => "Body, headers, status and attributes. Only `clear` changes them together.", "";
    MessageBody "any" Both Both |state, path| message::get(&state.outgoing.message, Variable::MessageBody, path)
        => "The body of the message: at first the request's, after a call the answer's. `message.body.x` is a member of a JSON body.",
           "there is none";
    MessageHeaders "object" Both V5 |state, path| message::get(&state.outgoing.message, Variable::MessageHeaders, path)
        => "All headers, names in lower case. In the v10 gateway only `clear` changes them together; in v5 a map replaces all of them.", "";
    MessageHeader "text" Both Both |state, path| message::get(&state.outgoing.message, Variable::MessageHeader, path)
        => "A header. Case does not count; `add` makes a second value, which is read joined by `, `.",
           "there is no such header";
    MessageStatus "object" Both Both |state, path| message::get(&state.outgoing.message, Variable::MessageStatus, path)
        => "Code and reason. Setting it sets the code.", "";
    MessageStatusCode "number" Both Both |state, path| message::get(&state.outgoing.message, Variable::MessageStatusCode, path)
        => "The status of the response; 200 is sent where nothing sets it. Also `message.statuscode`.",
           "no step and no call has set it";
    MessageStatusReason "text" Both Both |state, path| message::get(&state.outgoing.message, Variable::MessageStatusReason, path)
        => "The reason phrase that was set, else the usual one of the status.", "there is no status";
    MessageStatuscode "number" Both Both |state, path| message::get(&state.outgoing.message, Variable::MessageStatuscode, path)
        => "The same as `message.status.code`.", "no step and no call has set it";
    MessageStatusCodeInOneWord "number" Both Both |state, path| message::get(&state.outgoing.message, Variable::MessageStatusCodeInOneWord, path)
        => "The same as `message.status.code`.", "no step and no call has set it";
    MessageAttributes "object" Both Both |state, path| message::get(&state.outgoing.message, Variable::MessageAttributes, path)
        => "All attributes of the message.", "nothing has set one";
    MessageAttribute "any" Both Both |state, path| message::get(&state.outgoing.message, Variable::MessageAttribute, path)
        => "Notes on the message, never sent. `parse` puts its metrics into `message.attributes.parse`.", "nothing has set it";
    Api "object" Both No api::whole
        => "Everything below it but the document; in v5 with the document.", "";
    ApiId "text" Both Both api::id
        => "`NAME:VERSION` of the API.", "";
    ApiName "text" Both Both api::name
        => "`info.x-ibm-name`, else `info.title`.", "";
    ApiTitle "text" Both Both api::title
        => "`info.title`.", "";
    ApiVersion "text" Both Both api::version
        => "`info.version`.", "";
    ApiType "text" Both Both api::kind
        => "`type` of IBM's extension, `rest` without one; in v5 `REST` or `SOAP`.", "";
    ApiState "text" V5 Both api::state
        => "`running`.", "always, in v10";
    ApiRoot "text" Both Both api::root
        => "The base path; empty text at the root.", "";
    ApiOperation "object" Both Both api::operation
        => "Id and path of the operation.", "";
    ApiOperationId "text" Both Both api::operation_id
        => "`operationId`.", "the operation has none";
    ApiOperationPath "text" Both Both api::operation_path
        => "The path template, without the base path.", "";
    ApiEndpoint "object" Both Both api::endpoint
        => "Address and host name that the client asked for.", "";
    ApiEndpointAddress "text" Both Both api::endpoint_address
        => "The address that the request arrived at.", "";
    ApiEndpointHostname "text" Both Both api::endpoint_hostname
        => "The host that the client asked for, without its port.", "no Host";
    ApiCatalog "object" Both Both api::whole_catalog
        => "The catalog's id, name and path.", "no `catalog` in the settings";
    ApiCatalogId "text" Both Both api::catalog
        => "The catalog's name: Gantry knows catalogs by that alone.", "no `catalog` in the settings";
    ApiCatalogName "text" Both Both api::catalog
        => "`catalog` of the settings.", "no `catalog` in the settings";
    ApiCatalogPath "text" Both Both api::catalog
        => "The catalog's name.", "no `catalog` in the settings";
    ApiOrg "object" Both Both api::organization
        => "The organization's id and name.", "no `organization` in the settings";
    ApiOrgId "text" Both Both |state, _| api::member(&state.route.api.organization, &["id"])
        => "`organization.id` of the settings.", "not in the settings";
    ApiOrgName "text" Both Both |state, _| api::member(&state.route.api.organization, &["name"])
        => "`organization.name` of the settings.", "not in the settings";
    ApiProperties "object" Both No api::properties
        => "All properties of the API.", "";
    ApiProperty "any" Both No api::properties
        => "A property of the API, with the value of the catalog.", "there is no such property";
    ApiCompatibility "object" Both Both api::compatibility
        => "All of `compatibility`.", "the document does not say it";
    ApiCompatibilitySwitch "any" Both Both api::compatibility
        => "`compatibility` of IBM's extension, as written. `security.return-v5-responses` cannot be set.",
           "the document does not say it";
    ApiReturnV5Responses "any" Both No |state, _| api::member(&state.route.api.compatibility, &["security", "return-v5-responses"])
        => "As written.", "the document does not say it";
    ApiDocument "object" Both Both api::document
        => "The OpenAPI document without its assemblies; `context.swagger` in DataPower's scripts.", "";
    ApiSecurity "object" Both Both nothing
        => "What the security stage keeps.", "no security scheme has kept anything";
    ApiBearerToken "text" Both Both nothing
        => "The token of a `bearer`, `oauth2` or `openIdConnect` scheme that let the request in.",
           "the request came in without one";
    ApiBearerValidationResponse "any" Both Both nothing
        => "What the validation endpoint of a `bearer` scheme answered; parsed where it is JSON.", "there is no such endpoint";
    Client "object" Both No |state, _| caller::client(state, &[], &[])
        => "The application and its organization.", "as `client.app.id`";
    ClientApp "object" Both V10 |state, _| caller::client(state, &["app"], &[])
        => "The application.", "as `client.app.id`";
    ClientAppId "text" Both V10 |state, _| caller::client(state, &["app", "id"], &[])
        => "The application that calls.", "no application was identified; in v5 empty text then";
    ClientAppName "text" Both V10 |state, _| caller::client(state, &["app", "name"], &[])
        => "Its name.", "as above";
    ClientAppSecret "text" Both V10 |state, _| caller::client(state, &["app", "secret"], &[])
        => "The secret that it sent.", "as above";
    ClientAppLifecycleState "text" V10 V10 |state, _| caller::client(state, &["app", "lifecycle-state"], &[])
        => "`DEVELOPMENT` or `PRODUCTION`.", "no application was identified";
    ClientAppMetadata "object" V10 V10 |state, _| caller::client(state, &["app", "metadata"], &[])
        => "All metadata of the application.", "no application was identified";
    ClientAppMetadataMember "text" V10 V10 |state, path| caller::client(state, &["app", "metadata"], path)
        => "Metadata of the application.", "no application was identified";
    ClientOrg "object" Both V10 |state, _| caller::client(state, &["org"], &[])
        => "The organization that the application belongs to.", "as `client.app.id`";
    ClientOrgId "text" Both V10 |state, _| caller::client(state, &["org", "id"], &[])
        => "The organization that the application belongs to.", "as `client.app.id`";
    ClientOrgName "text" Both V10 |state, _| caller::client(state, &["org", "name"], &[])
        => "Its name.", "as above";
    Plan "object" Both No |state, _| caller::plan(state, &[], &[])
        => "The plan.", "as `client.app.id`";
    PlanId "text" Both V10 |state, _| caller::plan(state, &["id"], &[])
        => "The plan under which the application calls.", "as `client.app.id`";
    PlanName "text" Both V10 |state, _| caller::plan(state, &["name"], &[])
        => "Its name.", "as above";
    PlanVersion "text" Both V10 |state, _| caller::plan(state, &["version"], &[])
        => "Its version.", "as above";
    PlanRateLimit "text" V5 No |state, _| caller::plan(state, &["rate-limit"], &[])
        => "Its rate limit.", "as above";
    Env "object" Both No api::environment
        => "Where the API is published.", "no `catalog` in the settings";
    EnvPath "text" Both No api::catalog
        => "The catalog's name.", "no `catalog` in the settings";
    Error "object" Both Both error::whole
        => "The fault that is being handled.", "no fault has happened";
    ErrorName "text" Both Both error::name
        => "The fault that is being handled, by the name that `catch` takes.", "no fault has happened";
    ErrorMessage "text" Both Both error::message
        => "What happened, in one sentence.", "no fault has happened";
    ErrorStatus "object" Both Both error::status
        => "Code and reason of the status.", "no fault has happened";
    ErrorStatusCode "number" Both Both error::status_code
        => "The status that the default error document would have.", "no fault has happened";
    ErrorStatusReason "text" Both Both error::status_reason
        => "Its reason phrase.", "no fault has happened";
    ErrorPolicy "text" Both Both error::policy
        => "The policy that failed.", "no fault of a step has happened";
    ErrorPolicyTitle "text" Both Both error::policy_title
        => "The title of the step that failed.", "no fault of a step has happened";
    ErrorUpstreamStatus "number" Both Both |state, path| error::detail(state, "upstreamStatus", path)
        => "The status that the called service answered with, of an `OperationError`.", "another fault";
    ErrorLimit "text" Both Both |state, path| error::detail(state, "limit", path)
        => "The limit that was exceeded, of an `AssemblyRateLimitError`.", "another fault";
    ErrorViolations "list" Both Both |state, path| error::detail(state, "violations", path)
        => "What `validate` found: `path` and `message` of each.", "another fault";
    ErrorFunction "text" Both Both |state, path| error::detail(state, "function", path)
        => "The function of a `lambda` step.", "another fault";
    ErrorErrorType "text" Both Both |state, path| error::detail(state, "errorType", path)
        => "`errorType` of a function's error.", "another fault";
    ErrorErrorMessage "text" Both Both |state, path| error::detail(state, "errorMessage", path)
        => "`errorMessage` of a function's error.", "another fault";
    ErrorPayload "any" Both Both |state, path| error::detail(state, "payload", path)
        => "The payload of a function's error.", "another fault";
    ErrorCode "text" Both Both |state, path| error::detail(state, "code", path)
        => "The error code of the Lambda service.", "another fault";
    ErrorServiceMessage "text" Both Both |state, path| error::detail(state, "serviceMessage", path)
        => "The message of the Lambda service.", "another fault";
    ErrorServiceStatus "number" Both Both |state, path| error::detail(state, "serviceStatus", path)
        => "The status of the Lambda service.", "another fault";
    ErrorThrottleReason "text" Both Both |state, path| error::detail(state, "throttleReason", path)
        => "Why the Lambda service throttled the call.", "another fault";
    ErrorQualifier "text" Both Both |state, path| error::detail(state, "qualifier", path)
        => "The version or alias of a `lambda` call.", "another fault, or none is said";
    ErrorVersion "text" Both Both |state, path| error::detail(state, "version", path)
        => "The version that a `lambda` call ran.", "another fault, or no answer";
    ErrorRequestId "text" Both Both |state, path| error::detail(state, "requestId", path)
        => "The request id of the Lambda service.", "another fault, or no answer";
    ErrorDurableExecutionArn "text" Both Both |state, path| error::detail(state, "durableExecutionArn", path)
        => "The durable execution of a `lambda` call.", "another fault, or none";
    ErrorLog "text" Both Both |state, path| error::detail(state, "log", path)
        => "The end of the function's log, with `log-type: tail`.", "another fault, or no log";
    ErrorAttempts "number" Both Both |state, path| error::detail(state, "attempts", path)
        => "How many calls a `lambda` step made.", "another fault, or one call";
    Session "object" Both No session::whole
        => "Everything below it.", "";
    SessionClientAddress "text" Both No session::client_address
        => "The client's address.", "";
    SessionLocalAddress "text" Both No session::local_address
        => "The address that the request arrived at.", "";
    SessionClientCertificate "object" Both No certificate::whole
        => "The certificate that the other end of the connection has shown, and that an authority of `server.tls.clients` has signed.", "none was shown";
    SessionClientCertificateSubject "text" Both No certificate::subject
        => "Whose it is, such as `C=DE,O=Example,CN=orders`. Special characters in values are escaped with a backslash.", "none was shown";
    SessionClientCertificateIssuer "text" Both No certificate::issuer
        => "Who has signed it, in the same form.", "none was shown";
    SessionClientCertificateSerialNumber "text" Both No certificate::serial_number
        => "Its serial number, as `01:ab`.", "none was shown";
    SessionClientCertificateFingerprint "text" Both No certificate::fingerprint
        => "The SHA-256 of the certificate, in hexadecimal.", "none was shown";
    SessionClientCertificateNames "list" Both No certificate::names
        => "The names that it is for: `DNS:a.example`, `URI:spiffe://a/b`, `email:a@b.example`, `IP:192.0.2.7`.", "none was shown";
    SessionGlobalTransactionId "text" Both No session::transaction
        => "The request's id, as in the log and in `x-request-id`.", "";
    SessionTimeStarted "number" Both No session::started
        => "When the request arrived, in milliseconds since 1970.", "";
    SessionTimeElapsed "number" Both No session::elapsed
        => "Milliseconds since then.", "";
    System "object" Both No clock::whole
        => "Everything below it.", "";
    SystemDatetime "text" Both No clock::datetime
        => "Now, as `2023-11-14T22:13:20.000Z`; in v5 as `2023-11-14T22:13:20+00:00`.", "";
    SystemDate "object" Both No clock::date
        => "The parts of today's date.", "";
    SystemDateDayOfWeek "number" Both No clock::day_of_week
        => "1 to 7 from Monday; in v5 0 to 6 from Sunday.", "";
    SystemDateDayOfMonth "number" Both No clock::day_of_month
        => "1 to 31.", "";
    SystemDateMonth "number" Both No clock::month
        => "1 to 12; in v5 0 to 11.", "";
    SystemDateYear "number" Both No clock::year
        => "The year.", "";
    SystemTime "object" Both No clock::time
        => "The parts of the time.", "";
    SystemTimeHour "number" Both No clock::hour
        => "0 to 23.", "";
    SystemTimeMinute "number" Both No clock::minute
        => "0 to 59.", "";
    SystemTimeSeconds "number" Both No clock::seconds
        => "0 to 59.", "";
    SystemTimezone "text" Both No clock::timezone
        => "`+00:00`: the gateway's clock is UTC.", "";
}
