//! Content codings: an answer is decoded where a step reads it, an upload is compressed where the author asks for it.

use std::io::{Read, Write};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use flate2::Compression;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use flate2::write::GzEncoder;
use http::HeaderMap;
use http::header::CONTENT_ENCODING;
use http_body::Frame;

use super::{BodyError, BodyStream, BoxError};

/// A body may grow this many times when it is decoded; what grows more is made to fill memory.
const RATIO: usize = 200;

/// Up to this size any growth is fine.
const RATIO_FROM: usize = 1024 * 1024;

/// More codings than this are a mistake or an attack: each of them multiplies.
const MAX_CODINGS: usize = 3;

/// This much is compressed at a time, so that nobody else waits.
const SLICE: usize = 16 * 1024;

/// A coding that can be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Gzip,
    Deflate,
}

/// The codings of a body in the order in which they were applied; `None` where there are none, or one is not known.
pub(super) fn codings(headers: &HeaderMap) -> Option<Vec<Coding>> {
    let values = headers.get_all(CONTENT_ENCODING).iter();
    let names = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let known = names.map(|name| match name.trim_ascii().to_ascii_lowercase().as_slice() {
        b"gzip" | b"x-gzip" => Some(Coding::Gzip),
        b"deflate" => Some(Coding::Deflate),
        _ => None,
    });
    let known: Vec<Coding> = known.collect::<Option<_>>()?;
    (!known.is_empty() && known.len() <= MAX_CODINGS).then_some(known)
}

/// Undoes the codings. At no point are there more than `limit` bytes.
pub(super) fn decode(bytes: &Bytes, codings: &[Coding], limit: usize) -> Result<Bytes, BodyError> {
    codings.iter().rev().try_fold(bytes.clone(), |bytes, coding| match coding {
        Coding::Gzip => inflate(MultiGzDecoder::new(&*bytes), bytes.len(), limit),
        // By the book it is zlib; some servers leave zlib's frame away.
        Coding::Deflate if is_zlib(&bytes) => inflate(ZlibDecoder::new(&*bytes), bytes.len(), limit),
        Coding::Deflate => inflate(DeflateDecoder::new(&*bytes), bytes.len(), limit),
    })
}

fn is_zlib(bytes: &[u8]) -> bool {
    matches!(bytes, [first, second, ..] if first & 0x0f == 8 && u16::from_be_bytes([*first, *second]) % 31 == 0)
}

fn inflate(mut decoder: impl Read, length: usize, limit: usize) -> Result<Bytes, BodyError> {
    let mut out = Vec::new();
    let mut piece = [0; SLICE];
    loop {
        match decoder.read(&mut piece).map_err(|error| BodyError::Broken(error.into()))? {
            0 => return Ok(out.into()),
            read => out.extend_from_slice(&piece[..read]),
        }
        if out.len() > limit {
            return Err(BodyError::TooLarge { limit });
        }
        if out.len() > RATIO_FROM && out.len() / RATIO > length {
            let message = format!("it grows more than {RATIO} times when it is decompressed");
            return Err(BodyError::Broken(message.into()));
        }
    }
}

/// The body, compressed while it streams.
pub fn gzip(body: BodyStream) -> BodyStream {
    let encoder = Some(GzEncoder::new(Vec::new(), Compression::fast()));
    BodyStream::of(Gzip { body, encoder, waiting: Bytes::new() })
}

struct Gzip {
    body: BodyStream,
    /// `None` when all is said.
    encoder: Option<GzEncoder<Vec<u8>>>,
    /// Bytes that were received and are not yet compressed.
    waiting: Bytes,
}

impl http_body::Body for Gzip {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        loop {
            let Some(encoder) = &mut this.encoder else { return Poll::Ready(None) };
            if !this.waiting.is_empty() {
                let slice = this.waiting.split_to(this.waiting.len().min(SLICE));
                encoder.write_all(&slice)?;
                let ready = std::mem::take(encoder.get_mut());
                if !ready.is_empty() {
                    return Poll::Ready(Some(Ok(Frame::data(ready.into()))));
                }
                continue;
            }
            match ready!(Pin::new(&mut this.body).poll_frame(cx)) {
                Some(frame) => this.waiting = frame?.into_data().unwrap_or_default(),
                None => {
                    let last = this.encoder.take().map(GzEncoder::finish).transpose()?.unwrap_or_default();
                    return Poll::Ready(Some(Ok(Frame::data(last.into()))));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;
    use crate::value::{Body, Message};
    use flate2::write::{DeflateEncoder, ZlibEncoder};
    use http::HeaderValue;

    const LIMIT: usize = 4 * 1024 * 1024;

    async fn gzipped(text: &[u8]) -> Bytes {
        gzip(Body::from_bytes(text.to_vec()).send()).collect().await.unwrap().to_bytes()
    }

    /// A message that streams these bytes under this coding, read.
    async fn read(coding: &'static str, bytes: Bytes, limit: usize) -> (Result<(), BodyError>, Message) {
        let body = Body::from_stream(http_body_util::Full::new(bytes));
        let mut message = Message { body, ..Message::default() };
        message.headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
        (message.load_decoded(limit).await, message)
    }

    #[tokio::test]
    async fn what_is_compressed_comes_back_as_it_was() {
        let text: Vec<u8> = (0..200_000_u32).flat_map(|number| (number % 251).to_string().into_bytes()).collect();
        for text in [&b"short"[..], &text] {
            let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
            zlib.write_all(text).unwrap();
            let mut raw = DeflateEncoder::new(Vec::new(), Compression::fast());
            raw.write_all(text).unwrap();
            let once = gzipped(text).await;
            let cases = [
                ("gzip", once.clone()),
                ("X-GZIP", once.clone()),
                ("deflate", zlib.finish().unwrap().into()),
                ("deflate", raw.finish().unwrap().into()),
                ("gzip, gzip", gzipped(&once).await),
                ("gzip", [once.clone(), gzipped(b"").await].concat().into()),
            ];
            for (coding, bytes) in cases {
                let (loaded, message) = read(coding, bytes, LIMIT).await;
                assert!(loaded.is_ok(), "{coding} {loaded:?}");
                assert_eq!(message.body.bytes().unwrap(), text, "{coding}");
                assert_eq!(message.headers.get(CONTENT_ENCODING), None, "{coding}");
            }
        }
    }

    #[tokio::test]
    async fn what_cannot_be_decoded_stays_as_it_is() {
        for coding in ["br", "gzip, br", "identity", "gzip, gzip, gzip, gzip"] {
            let (loaded, message) = read(coding, Bytes::from_static(b"bytes"), LIMIT).await;
            assert!(loaded.is_ok());
            assert_eq!((&*message.body.bytes().unwrap(), message.headers.len()), (&b"bytes"[..], 1), "{coding}");
        }
    }

    #[tokio::test]
    async fn what_is_broken_says_so() {
        let whole = gzipped(b"a text that is cut").await;
        for bytes in [whole.slice(..whole.len() - 9), Bytes::from_static(b"no gzip at all")] {
            assert!(matches!(read("gzip", bytes, LIMIT).await.0, Err(BodyError::Broken(_))));
        }
    }

    #[tokio::test]
    async fn a_bomb_does_not_go_off() {
        let bomb = gzipped(&vec![0; 64 * 1024 * 1024]).await;
        assert!(bomb.len() < LIMIT, "{}", bomb.len());
        assert!(matches!(read("gzip", bomb.clone(), LIMIT).await.0, Err(BodyError::TooLarge { .. })));
        // Below the absolute cap the ratio still counts; a second coding makes it one.
        let double = gzipped(&bomb).await;
        let Err(error) = read("gzip, gzip", double, usize::MAX).await.0 else { panic!("it went off") };
        assert!(error.to_string().contains("grows more than 200 times"), "{error}");
    }
}
