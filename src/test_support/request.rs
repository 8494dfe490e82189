use std::time::SystemTime;

use http::{HeaderMap, Method, Version};
use tokio::time::Instant;

use crate::runtime::Request;
use crate::value::Body;

/// A request as it comes to a pipeline: without headers and body, to an operation with the path parameter `id`.
pub(crate) fn request(uri: &str) -> Request {
    Request {
        id: "1".into(),
        method: Method::GET,
        uri: uri.parse().unwrap(),
        version: Version::HTTP_11,
        scheme: "http",
        headers: HeaderMap::new().into(),
        body: Body::Empty,
        body_kept: false,
        client: ([127, 0, 0, 1], 1).into(),
        local: ([127, 0, 0, 1], 2).into(),
        received: SystemTime::UNIX_EPOCH,
        arrived: Instant::now(),
        path_parameters: vec![("id".into(), "7".into())],
    }
}
