//! The gateway's own variables, by name. `runtime` has the table with what each of them holds.

use std::sync::Arc;

use super::builtin::Builtin;

/// Declares [`Variable`] with the name of each. `NAME` in a name takes any one segment.
macro_rules! variables {
    ($($variable:ident $root:ident $name:literal),* $(,)?) => {
        /// A variable of the gateway: a row of the table of variables.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Variable { $($variable),* }

        impl Variable {
            /// All of them, by their roots.
            pub const ALL: &'static [Variable] = &[$(Variable::$variable),*];

            /// As it is written; `NAME` is a name that the author or the client chooses.
            pub const fn name(self) -> &'static str {
                match self { $(Variable::$variable => $name),* }
            }

            /// The root that it is below, or is.
            pub const fn root(self) -> Builtin {
                match self { $(Variable::$variable => Builtin::$root),* }
            }
        }
    };
}

variables! {
    Request Request "request",
    RequestVerb Request "request.verb",
    RequestScheme Request "request.scheme",
    RequestUri Request "request.uri",
    RequestPath Request "request.path",
    RequestSearch Request "request.search",
    RequestQuerystring Request "request.querystring",
    RequestHeaders Request "request.headers",
    RequestHeader Request "request.headers.NAME",
    RequestParameters Request "request.parameters",
    RequestParameter Request "request.parameters.NAME",
    RequestParameterValues Request "request.parameters.NAME.values",
    RequestParameterLocations Request "request.parameters.NAME.locations",
    RequestBody Request "request.body",
    RequestContentType Request "request.content-type",
    RequestDate Request "request.date",
    RequestAuthorization Request "request.authorization",
    RequestAuthorizationScheme Request "request.authorization.scheme",
    RequestAuthorizationToken Request "request.authorization.token",
    RequestAuthorizationParams Request "request.authorization.params",
    RequestAttributes Request "request.attributes",
    RequestIsCorsPreflight Request "request.attributes.isCORSPreflight",
    RequestWebsocket Request "request.websocket",
    Message Message "message",
    MessageBody Message "message.body",
    MessageHeaders Message "message.headers",
    MessageHeader Message "message.headers.NAME",
    MessageStatus Message "message.status",
    MessageStatusCode Message "message.status.code",
    MessageStatusReason Message "message.status.reason",
    MessageStatuscode Message "message.statuscode",
    MessageStatusCodeInOneWord Message "message.statusCode",
    MessageAttributes Message "message.attributes",
    MessageAttribute Message "message.attributes.NAME",
    Api Api "api",
    ApiId Api "api.id",
    ApiName Api "api.name",
    ApiTitle Api "api.title",
    ApiVersion Api "api.version",
    ApiType Api "api.type",
    ApiState Api "api.state",
    ApiRoot Api "api.root",
    ApiOperation Api "api.operation",
    ApiOperationId Api "api.operation.id",
    ApiOperationPath Api "api.operation.path",
    ApiEndpoint Api "api.endpoint",
    ApiEndpointAddress Api "api.endpoint.address",
    ApiEndpointHostname Api "api.endpoint.hostname",
    ApiCatalog Api "api.catalog",
    ApiCatalogId Api "api.catalog.id",
    ApiCatalogName Api "api.catalog.name",
    ApiCatalogPath Api "api.catalog.path",
    ApiOrg Api "api.org",
    ApiOrgId Api "api.org.id",
    ApiOrgName Api "api.org.name",
    ApiProperties Api "api.properties",
    ApiProperty Api "api.properties.NAME",
    ApiCompatibility Api "api.compatibility",
    ApiCompatibilitySwitch Api "api.compatibility.NAME",
    ApiReturnV5Responses Api "api.compatibility.security.return-v5-responses",
    ApiDocument Api "api.document",
    ApiSecurity Api "api.security",
    ApiBearerToken Api "api.security.bearer_token",
    ApiBearerValidationResponse Api "api.security.bearer_validation_response",
    Client Client "client",
    ClientApp Client "client.app",
    ClientAppId Client "client.app.id",
    ClientAppName Client "client.app.name",
    ClientAppSecret Client "client.app.secret",
    ClientAppLifecycleState Client "client.app.lifecycle-state",
    ClientAppMetadata Client "client.app.metadata",
    ClientAppMetadataMember Client "client.app.metadata.NAME",
    ClientOrg Client "client.org",
    ClientOrgId Client "client.org.id",
    ClientOrgName Client "client.org.name",
    Plan Plan "plan",
    PlanId Plan "plan.id",
    PlanName Plan "plan.name",
    PlanVersion Plan "plan.version",
    PlanRateLimit Plan "plan.rate-limit",
    Env Env "env",
    EnvPath Env "env.path",
    Error Error "error",
    ErrorName Error "error.name",
    ErrorMessage Error "error.message",
    ErrorStatus Error "error.status",
    ErrorStatusCode Error "error.status.code",
    ErrorStatusReason Error "error.status.reason",
    ErrorPolicy Error "error.policy",
    ErrorPolicyTitle Error "error.policyTitle",
    ErrorUpstreamStatus Error "error.upstreamStatus",
    ErrorLimit Error "error.limit",
    ErrorViolations Error "error.violations",
    ErrorFunction Error "error.function",
    ErrorErrorType Error "error.errorType",
    ErrorErrorMessage Error "error.errorMessage",
    ErrorPayload Error "error.payload",
    ErrorCode Error "error.code",
    ErrorServiceMessage Error "error.serviceMessage",
    ErrorServiceStatus Error "error.serviceStatus",
    ErrorThrottleReason Error "error.throttleReason",
    ErrorQualifier Error "error.qualifier",
    ErrorVersion Error "error.version",
    ErrorRequestId Error "error.requestId",
    ErrorDurableExecutionArn Error "error.durableExecutionArn",
    ErrorLog Error "error.log",
    ErrorAttempts Error "error.attempts",
    Session Session "session",
    SessionClientAddress Session "session.clientAddress",
    SessionLocalAddress Session "session.localAddress",
    SessionClientCertificate Session "session.clientCertificate",
    SessionClientCertificateSubject Session "session.clientCertificate.subject",
    SessionClientCertificateIssuer Session "session.clientCertificate.issuer",
    SessionClientCertificateSerialNumber Session "session.clientCertificate.serialNumber",
    SessionClientCertificateFingerprint Session "session.clientCertificate.fingerprint",
    SessionClientCertificateNames Session "session.clientCertificate.names",
    SessionGlobalTransactionId Session "session.globalTransactionID",
    SessionTimeStarted Session "session.timeStarted",
    SessionTimeElapsed Session "session.timeElapsed",
    System System "system",
    SystemDatetime System "system.datetime",
    SystemDate System "system.date",
    SystemDateDayOfWeek System "system.date.day-of-week",
    SystemDateDayOfMonth System "system.date.day-of-month",
    SystemDateMonth System "system.date.month",
    SystemDateYear System "system.date.year",
    SystemTime System "system.time",
    SystemTimeHour System "system.time.hour",
    SystemTimeMinute System "system.time.minute",
    SystemTimeSeconds System "system.time.seconds",
    SystemTimezone System "system.timezone",
}

/// The variable that a path below a root leads to, or the last one on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    pub variable: Variable,
    /// How many segments of the path are its name.
    pub depth: u8,
    /// How many of them come before the first that the author or the client chooses.
    pub fixed: u8,
}

impl Variable {
    /// Resolves a path below a root: the variable with the longest name that the path starts with. It is found once, when the
    /// reference is made.
    pub fn find(root: Builtin, path: &[Arc<str>]) -> Found {
        let mut best = Found { variable: root.whole(), depth: 0, fixed: 0 };
        for variable in Variable::ALL.iter().filter(|variable| variable.root() == root) {
            let mut names = variable.name().split('.').skip(1);
            let mut segments = path.iter();
            let mut depth = 0;
            let fits = names.all(|name| {
                depth += 1;
                segments.next().is_some_and(|segment| name == "NAME" || **segment == *name)
            });
            if fits && depth > best.depth {
                let fixed = variable.name().split('.').skip(1).take_while(|name| *name != "NAME").map(|_| 1).sum();
                best = Found { variable: *variable, depth, fixed };
            }
        }
        best
    }

    /// Whether what is below it is a value or a map of the author's or the client's, so that any name may follow.
    pub fn is_open(self) -> bool {
        use Variable::*;
        matches!(
            self,
            RequestHeader
                | RequestParameter
                | SessionClientCertificateNames
                | RequestParameterValues
                | RequestParameterLocations
                | RequestBody
                | RequestAuthorizationParams
                | RequestAttributes
                | MessageBody
                | MessageHeader
                | MessageAttribute
                | ApiProperty
                | ApiCompatibilitySwitch
                | ApiDocument
                | ApiBearerValidationResponse
                | ClientAppMetadataMember
                | ErrorViolations
                | ErrorPayload
        )
    }

    /// Whether there are variables below it.
    pub fn has_variables_below(self) -> bool {
        let own = self.name();
        Variable::ALL.iter().any(|variable| variable.name().strip_prefix(own).is_some_and(|rest| rest.starts_with('.')))
    }

    /// The names that may follow below it, as they are written after its own.
    pub fn members(self) -> impl Iterator<Item = &'static str> {
        let own = self.name();
        Variable::ALL.iter().filter_map(move |variable| {
            let rest = variable.name().strip_prefix(own)?.strip_prefix('.')?;
            (!rest.contains('.') && rest != "NAME").then_some(rest)
        })
    }
}

impl Builtin {
    /// The variable that holds everything below it.
    pub const fn whole(self) -> Variable {
        match self {
            Builtin::Request => Variable::Request,
            Builtin::Message => Variable::Message,
            Builtin::Api => Variable::Api,
            Builtin::Client => Variable::Client,
            Builtin::Plan => Variable::Plan,
            Builtin::Env => Variable::Env,
            Builtin::System => Variable::System,
            Builtin::Session => Variable::Session,
            Builtin::Error => Variable::Error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_the_longest_name() {
        for (path, variable, depth, fixed) in [
            ("verb", Variable::RequestVerb, 1, 1),
            ("", Variable::Request, 0, 0),
            ("headers.x-a", Variable::RequestHeader, 2, 1),
            ("parameters.id.values.0", Variable::RequestParameterValues, 3, 1),
            ("parameters.id.other", Variable::RequestParameter, 2, 1),
            ("body.a.b", Variable::RequestBody, 1, 1),
            ("headrs.x", Variable::Request, 0, 0),
            ("authorization.scheem", Variable::RequestAuthorization, 1, 1),
        ] {
            let path: Vec<Arc<str>> = path.split('.').filter(|part| !part.is_empty()).map(Arc::from).collect();
            assert_eq!(Variable::find(Builtin::Request, &path), Found { variable, depth, fixed }, "{path:?}");
        }
    }

    #[test]
    fn variables_are_below_their_root() {
        for variable in Variable::ALL {
            assert_eq!(variable.name().split('.').next(), Some(variable.root().name()));
        }
        let below: Vec<&str> = Variable::MessageStatus.members().collect();
        assert_eq!(below, ["code", "reason"]);
    }
}
