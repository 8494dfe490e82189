//! The host of a call.

use futures_util::FutureExt;
use http::Uri;
use http::uri::{Authority, Scheme};

use crate::base::nearest;

/// The base of a service's URLs: scheme, host, port, and a path that precedes the API's own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    scheme: Scheme,
    authority: Authority,
    /// Without a slash at its end.
    prefix: String,
}

/// Why there is no endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    #[error("\"{0}\" is not an http or https URL with a host")]
    NotAUrl(String),
    #[error("the endpoint URL must not hold a user name, a query or a fragment")]
    Extra,
    #[error("AWS has no such endpoint: {0}")]
    Rules(String),
    #[error("the function's path does not fit the endpoint: {0}")]
    Path(String),
}

impl Endpoint {
    /// A URL that is used as given: `https://vpce-….lambda.eu-central-1.vpce.amazonaws.com`,
    /// `http://localhost:9000/dev`.
    pub fn from_url(url: &str) -> Result<Self, EndpointError> {
        let uri: Uri = url.trim().parse().map_err(|_| EndpointError::NotAUrl(url.to_owned()))?;
        let parts = uri.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(EndpointError::NotAUrl(url.to_owned()));
        };
        if scheme != Scheme::HTTP && scheme != Scheme::HTTPS {
            return Err(EndpointError::NotAUrl(url.to_owned()));
        }
        let path = parts.path_and_query;
        let has_query = path.as_ref().is_some_and(|path| path.query().is_some());
        if has_query || authority.as_str().contains('@') || url.contains('#') {
            return Err(EndpointError::Extra);
        }
        let prefix = path.as_ref().map_or("", |path| path.path()).trim_end_matches('/').to_owned();
        Ok(Endpoint { scheme, authority, prefix })
    }

    /// The Lambda endpoint of a region by the SDK's rules, which know partitions, FIPS and dual-stack hosts.
    pub fn lambda(region: &str, fips: bool, dual_stack: bool) -> Result<Self, EndpointError> {
        use aws_sdk_lambda::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
        let params = Params::builder().region(region.to_owned()).use_fips(fips).use_dual_stack(dual_stack).build();
        let params = params.map_err(|error| EndpointError::Rules(error.to_string()))?;
        let resolver = DefaultResolver::new();
        // The rules are computed, not fetched: the future is ready.
        match ResolveEndpoint::resolve_endpoint(&resolver, &params).now_or_never() {
            Some(Ok(endpoint)) => Endpoint::from_url(endpoint.url()),
            Some(Err(error)) => Err(EndpointError::Rules(error.to_string())),
            None => Err(EndpointError::Rules("the rules gave no answer".to_owned())),
        }
    }

    /// The endpoint's URL without a slash at its end.
    pub fn url(&self) -> String {
        format!("{}://{}{}", self.scheme, self.authority, self.prefix)
    }

    /// The host, without port; an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        self.authority.host()
    }

    /// Whether what is sent can be read on the way: plain http to another machine.
    pub fn is_exposed(&self) -> bool {
        let host = self.host();
        let address: Result<std::net::IpAddr, _> = host.trim_matches(['[', ']']).parse();
        let loopback = host == "localhost" || host.ends_with(".localhost") || address.is_ok_and(|ip| ip.is_loopback());
        self.scheme == Scheme::HTTP && !loopback
    }

    /// The URL of an API path (and query) at this endpoint.
    pub fn join(&self, path: &str) -> Result<Uri, EndpointError> {
        Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.authority.clone())
            .path_and_query(format!("{}{path}", self.prefix))
            .build()
            .map_err(|error| EndpointError::Path(error.to_string()))
    }
}

/// The region inside a host name of AWS: `vpce-….lambda.eu-central-1.vpce.amazonaws.com`,
/// `lambda.cn-north-1.amazonaws.com.cn`, `….lambda-url.us-east-1.on.aws`, `….execute-api.us-east-1.amazonaws.com`.
/// `None` for every other host. `url` may also be a bare host.
pub fn region_in_endpoint(url: &str) -> Option<&str> {
    const SUFFIXES: [&str; 6] =
        [".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".on.aws", ".amazonaws.eu", ".amazonwebservices.com.cn"];
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next()?;
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    if !SUFFIXES.iter().any(|suffix| host.ends_with(suffix)) {
        return None;
    }
    // The first label is the service or an identifier, never the region.
    host.split('.').skip(1).find(|label| is_region(label))
}

/// Whether `text` is spelt like a region: `eu-central-1`, `us-gov-west-1`, `us-isob-east-1`, `eusc-de-east-1`.
pub fn is_region(text: &str) -> bool {
    let mut parts: Vec<&str> = text.split('-').collect();
    let digits = parts.pop().is_some_and(|last| matches!(last.as_bytes(), [b'0'..=b'9'] | [b'1'..=b'9', b'0'..=b'9']));
    let lower = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let first = parts.first().is_some_and(|part| part.len() == 2 || *part == "eusc");
    digits && first && (2..=3).contains(&parts.len()) && parts.iter().all(lower)
}

/// Regions of the commercial partition. AWS opens others, so an unknown one is no mistake by itself.
const REGIONS: [&str; 34] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ap-southeast-6",
];

/// The region that was most likely meant, where this one is unknown and nearly a known one.
pub fn mistyped_region(text: &str) -> Option<&'static str> {
    let is_of_another_partition =
        ["cn-", "us-gov-", "us-iso", "eu-isoe-", "eusc-"].iter().any(|start| text.starts_with(start));
    // Only the name counts: the next number may be a new region.
    let name = |region: &str| region.trim_end_matches(|last: char| last.is_ascii_digit()).to_owned();
    if is_of_another_partition || REGIONS.iter().any(|known| name(known) == name(text)) {
        return None;
    }
    nearest(text, REGIONS).first().copied()
}

/// The endpoint set for Lambda in the environment (`AWS_ENDPOINT_URL_LAMBDA`), which the SDKs honour too
/// (AWS SDKs and Tools Reference Guide, "Service-specific endpoints").
pub fn lambda_from_environment() -> Option<String> {
    from_environment("AWS_ENDPOINT_URL_LAMBDA")
}

/// The endpoint set for STS in the environment (`AWS_ENDPOINT_URL_STS`).
pub fn sts_from_environment() -> Option<String> {
    from_environment("AWS_ENDPOINT_URL_STS")
}

/// The region set in the environment: `AWS_REGION`, then `AWS_DEFAULT_REGION`.
pub fn region_from_environment() -> Option<String> {
    from_environment("AWS_REGION").or_else(|| from_environment("AWS_DEFAULT_REGION"))
}

fn from_environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a5_hosts_come_from_the_rules_of_each_partition() {
        let host = |region, fips, dual| Endpoint::lambda(region, fips, dual).map(|endpoint| endpoint.url());
        for (region, fips, dual, url) in [
            ("eu-central-1", false, false, "https://lambda.eu-central-1.amazonaws.com"),
            ("us-east-1", true, false, "https://lambda-fips.us-east-1.amazonaws.com"),
            ("us-east-1", false, true, "https://lambda.us-east-1.api.aws"),
            ("cn-north-1", false, false, "https://lambda.cn-north-1.amazonaws.com.cn"),
            ("us-gov-west-1", false, false, "https://lambda.us-gov-west-1.amazonaws.com"),
            ("eusc-de-east-1", false, false, "https://lambda.eusc-de-east-1.amazonaws.eu"),
        ] {
            assert_eq!(host(region, fips, dual).as_deref(), Ok(url));
        }
    }

    #[test]
    fn a6_a_url_is_used_as_given() {
        let endpoint = Endpoint::from_url("http://127.0.0.1:9000/dev/lambda/").unwrap();
        assert_eq!(
            endpoint.join("/2015-03-31/x?Qualifier=1").unwrap(),
            "http://127.0.0.1:9000/dev/lambda/2015-03-31/x?Qualifier=1"
        );
        assert!(!endpoint.is_exposed());
        assert!(Endpoint::from_url("http://10.0.0.1").unwrap().is_exposed());
        assert!(!Endpoint::from_url("http://[::1]:80").unwrap().is_exposed());
        assert!(!Endpoint::from_url("https://10.0.0.1").unwrap().is_exposed());
    }

    #[test]
    fn unusable_urls_are_refused() {
        for url in ["", "localhost:9000", "ftp://host", "http://", "/path", "lambda.us-east-1.amazonaws.com"] {
            assert!(matches!(Endpoint::from_url(url), Err(EndpointError::NotAUrl(_))), "{url}");
        }
        for url in ["http://u:p@host/", "http://host/?a=b", "http://host/#x"] {
            assert_eq!(Endpoint::from_url(url), Err(EndpointError::Extra), "{url}");
        }
    }

    #[test]
    fn a7_the_region_of_an_aws_host_is_found() {
        for (url, region) in [
            ("https://vpce-0a1b-2c3d.lambda.eu-central-1.vpce.amazonaws.com", Some("eu-central-1")),
            ("https://vpce-0a1b-2c3d-eu-central-1a.lambda.eu-central-1.vpce.amazonaws.com/x", Some("eu-central-1")),
            ("lambda.us-east-1.amazonaws.com", Some("us-east-1")),
            ("https://lambda-fips.us-gov-west-1.amazonaws.com:443/", Some("us-gov-west-1")),
            ("https://lambda.cn-north-1.amazonaws.com.cn", Some("cn-north-1")),
            ("https://lambda.us-east-1.api.aws", Some("us-east-1")),
            ("https://abc.lambda-url.ap-southeast-2.on.aws/path", Some("ap-southeast-2")),
            ("https://abc.execute-api.us-west-2.amazonaws.com/prod", Some("us-west-2")),
            ("https://sts.amazonaws.com", None),
            ("http://localhost:9000", None),
            ("https://lambda.us-east-1.example.com", None),
        ] {
            assert_eq!(region_in_endpoint(url), region, "{url}");
        }
    }
}
