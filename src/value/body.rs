//! Message bodies: streams until something reads them.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_lc_rs::digest::{Context, SHA256};
use bytes::{Bytes, BytesMut};
use bytestring::ByteString;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};

use super::outliving::Outliving;
use super::room::{FEW, NoRoom, Room, keeping};
use super::{BodyStream, BoxError, Value, Xml, tree_bytes};

/// The room that is made at once for what was announced; whoever announces more has to send it.
const AT_ONCE: usize = 2 * 1024 * 1024;

/// Bytes of a body, and of one that is parsed, for which no room is taken: together they are few.
const FREE: usize = 8 * 1024;
const FREE_TREE: usize = 512;

/// The body of a message.
#[derive(Default)]
pub enum Body {
    /// No byte, known without reading.
    #[default]
    Empty,
    /// Still on its way, readable once.
    Stream(BodyStream),
    /// Read. Parsed on demand, once, by [`Body::value`].
    Bytes(Bytes, Facts),
    /// Made by a step from a value; becomes bytes when it leaves.
    Value(Value),
    /// A stream that somebody else has taken.
    Gone,
}

/// The parsed value and the hash of the bytes of a body.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    parsed: OnceLock<Option<Value>>,
    /// The hash, where they were hashed as they came. Few are.
    sha256: Option<Arc<[u8; 32]>>,
    /// Their room is also for what is kept of them when they are parsed.
    has_tree: bool,
}

/// Why a body could not be read.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    #[error("the body is larger than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("the body was sent on as a stream and can no longer be read")]
    Gone,
    #[error(transparent)]
    NoRoom(#[from] NoRoom),
    #[error("the body could not be read: {0}")]
    Broken(BoxError),
}

/// The error of a stream whose sender was silent or slow for too long.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the body came too slowly")]
pub struct BodyTimeout;

impl Body {
    /// A body of these bytes.
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        if bytes.is_empty() { Body::Empty } else { Body::Bytes(bytes, Facts::default()) }
    }

    /// A body of bytes that were made of others, such as those that were compressed.
    pub fn with_room(bytes: Bytes) -> Result<Self, NoRoom> {
        let mut room = Room::default();
        if bytes.len() <= FREE {
            return Ok(Body::from_bytes(bytes));
        }
        room.take(bytes.len())?;
        Ok(Body::from_bytes(keeping(bytes, room)))
    }

    /// A body that streams.
    pub fn from_stream<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        if body.is_end_stream() { Body::Empty } else { Body::Stream(BodyStream::of(body)) }
    }

    /// The same body, keeping `held` until its stream has ended or is dropped.
    pub fn holding(self, held: impl Send + 'static) -> Self {
        match self {
            Body::Stream(stream) => Body::Stream(BodyStream::of(stream.map_frame(move |frame| {
                let _ = &held;
                frame
            }))),
            read => read,
        }
    }

    /// The same body, keeping `held` until its stream has ended. Where it is dropped before, the rest is read in the background, for at
    /// most `longest`.
    pub fn outliving(self, held: impl Send + 'static, longest: Duration) -> Self {
        match self {
            Body::Stream(stream) => Body::Stream(BodyStream::of(Outliving::new(stream, held, longest))),
            read => read,
        }
    }

    /// Reads the stream to its end, at most `limit` bytes, and keeps what came.
    pub async fn load(&mut self, limit: usize) -> Result<(), BodyError> {
        self.gather(limit, false).await
    }

    /// [`Body::load`] for a body that will be signed: one that comes in pieces is hashed while the next is on its way.
    pub async fn load_hashed(&mut self, limit: usize) -> Result<(), BodyError> {
        self.gather(limit, true).await
    }

    async fn gather(&mut self, limit: usize, hashed: bool) -> Result<(), BodyError> {
        let mut stream = match std::mem::replace(self, Body::Gone) {
            Body::Stream(stream) => stream,
            Body::Gone => return Err(BodyError::Gone),
            read => {
                *self = read;
                return Ok(());
            }
        };
        let mut room = Room::default();
        let (bytes, sha256) = collect(&mut stream, limit, hashed, &mut room).await?;
        // The bytes have their room wherever they go, also in values that are read from them.
        *self = Body::from_bytes(if room.bytes() > 0 { keeping(bytes, room) } else { bytes });
        if let Body::Bytes(_, facts) = self {
            facts.sha256 = sha256.map(Arc::new);
        }
        Ok(())
    }

    /// Takes the room that is needed for what a body says that was read. Nothing for one that is no JSON.
    pub fn take_room_for_tree(&mut self) -> Result<(), BodyError> {
        if let Body::Bytes(bytes, facts) = self
            && bytes.len() > FREE_TREE
            && !facts.has_tree
        {
            facts.has_tree = true;
            let tree = tree_bytes(bytes);
            if tree > 0 {
                let mut room = Room::default();
                room.take(tree)?;
                *bytes = keeping(std::mem::take(bytes), room);
            }
        }
        Ok(())
    }

    /// The hash of its bytes, where they were hashed as they came.
    pub fn sha256(&self) -> Option<[u8; 32]> {
        match self {
            Body::Bytes(_, facts) => facts.sha256.as_deref().copied(),
            _ => None,
        }
    }

    /// The first bytes, at least `enough` of them where there are so many; the body streams on as before.
    pub async fn peek(&mut self, enough: usize) -> Result<Bytes, BodyError> {
        let mut stream = match std::mem::replace(self, Body::Gone) {
            Body::Stream(stream) => stream,
            Body::Gone => return Err(BodyError::Gone),
            read => {
                *self = read;
                return Ok(self.bytes().unwrap_or_default());
            }
        };
        let mut frames: Vec<Frame<Bytes>> = Vec::new();
        let mut length = 0;
        while length < enough {
            let Some(frame) = stream.frame().await else { break };
            let frame = frame.map_err(BodyError::Broken)?;
            length += frame.data_ref().map_or(0, Bytes::len);
            frames.push(frame);
        }
        let first = frames.iter().filter_map(Frame::data_ref).map(|bytes| &**bytes).collect::<Vec<_>>().concat();
        let seen = futures_util::stream::iter(frames.into_iter().map(Ok));
        let whole = futures_util::StreamExt::chain(seen, http_body_util::BodyStream::new(stream));
        *self = Body::Stream(BodyStream::of(StreamBody::new(whole)));
        Ok(first.into())
    }

    /// The bytes of a body that has been read; `None` for a stream and for one that is gone.
    pub fn bytes(&self) -> Option<Bytes> {
        match self {
            Body::Empty => Some(Bytes::new()),
            Body::Bytes(bytes, _) => Some(bytes.clone()),
            Body::Value(value) => Some(value.to_bytes()),
            Body::Stream(_) | Body::Gone => None,
        }
    }

    /// Whether a step made it of an object or a list, so that it is sent as JSON.
    pub fn is_made_json(&self) -> bool {
        matches!(self, Body::Value(value) if value.view().is_compound())
    }

    /// The body as a value: JSON where it parses, text where it is UTF-8, bytes otherwise. Null when there is none.
    pub fn value(&self) -> Value {
        match self {
            Body::Value(value) => value.clone(),
            Body::Bytes(bytes, _) => self.json().unwrap_or_else(|| text_or_bytes(bytes)),
            Body::Empty | Body::Stream(_) | Body::Gone => Value::NULL,
        }
    }

    /// The JSON of a body that has been read and that no step has made; `None` if it is none.
    pub fn json(&self) -> Option<Value> {
        match self {
            Body::Bytes(bytes, facts) => facts.parsed.get_or_init(|| Value::if_json(bytes)).clone(),
            _ => None,
        }
    }

    /// The document of a body that a step has made or parsed.
    pub fn xml(&self) -> Option<&Arc<Xml>> {
        match self {
            Body::Value(value) => value.as_xml(),
            _ => None,
        }
    }

    /// The body's exact text or bytes as a value, without parsing: what `$(message.body)` stands for.
    pub fn raw_value(&self) -> Value {
        match self {
            Body::Bytes(bytes, _) => text_or_bytes(bytes),
            other => other.value(),
        }
    }

    /// The stream to send: a stream leaves [`Body::Gone`] in its place, every other body can be sent again.
    pub fn send(&mut self) -> BodyStream {
        if let Body::Stream(_) = self
            && let Body::Stream(stream) = std::mem::replace(self, Body::Gone)
        {
            return stream;
        }
        match self {
            Body::Bytes(bytes, _) => BodyStream::whole(bytes.clone()),
            Body::Value(value) if value.view().source().is_none() => BodyStream::whole(counted(value.to_bytes())),
            other => BodyStream::whole(other.bytes().unwrap_or_default()),
        }
    }

    /// A second handle on a body that has been read; a stream cannot be copied and gives [`Body::Gone`].
    pub fn share(&self) -> Body {
        match self {
            Body::Empty => Body::Empty,
            Body::Bytes(bytes, facts) => Body::Bytes(bytes.clone(), facts.clone()),
            Body::Value(value) => Body::Value(value.clone()),
            Body::Stream(_) | Body::Gone => Body::Gone,
        }
    }
}

/// Bytes that were made of a value to be sent. They are there already, so no room is asked for.
fn counted(bytes: Bytes) -> Bytes {
    let mut room = Room::default();
    if bytes.len() <= FEW {
        return bytes;
    }
    room.set(bytes.len());
    keeping(bytes, room)
}

/// Bytes as a value that shares them: text where they are UTF-8.
fn text_or_bytes(bytes: &Bytes) -> Value {
    ByteString::try_from(bytes.clone()).map_or_else(|_| Value::binary(bytes.clone()), Value::from)
}

/// Reads a body to its end, at most `limit` bytes. One that comes in one piece, as most do, is not copied; others go into a
/// buffer of the size that was announced.
pub async fn read<B>(body: &mut B, limit: usize) -> Result<Bytes, BodyError>
where
    B: http_body::Body<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    Ok(collect(body, limit, false, &mut Room::default()).await?.0)
}

/// Reads a body, and hashes it on the way if it comes in pieces and somebody wants that.
async fn collect<B>(
    body: &mut B,
    limit: usize,
    hashed: bool,
    room: &mut Room,
) -> Result<(Bytes, Option<[u8; 32]>), BodyError>
where
    B: http_body::Body<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    let announced = body.size_hint().exact().and_then(|size| usize::try_from(size).ok()).unwrap_or_default();
    let (mut first, mut whole, mut hash) = (Bytes::new(), BytesMut::new(), None);
    // A body that reports its end is not polled again.
    while !body.is_end_stream()
        && let Some(frame) = body.frame().await
    {
        let Ok(chunk) = frame.map_err(|error| BodyError::Broken(error.into()))?.into_data() else { continue };
        let length = first.len() + whole.len() + chunk.len();
        if length > limit {
            return Err(BodyError::TooLarge { limit });
        }
        if length > FREE {
            room.take(chunk.len())?;
        }
        if first.is_empty() && whole.is_empty() {
            first = chunk;
            continue;
        }
        if whole.is_empty() {
            whole.reserve(announced.min(AT_ONCE).max(first.len() + chunk.len()));
            whole.extend_from_slice(&std::mem::take(&mut first));
            if hashed {
                hash.insert(Box::new(Context::new(&SHA256))).update(&whole);
            }
        }
        whole.extend_from_slice(&chunk);
        if let Some(hash) = &mut hash {
            hash.update(&chunk);
        }
    }
    let sha256 = hash.and_then(|hash| <[u8; 32]>::try_from(hash.finish().as_ref()).ok());
    Ok((if whole.is_empty() { first } else { whole.freeze() }, sha256))
}

impl fmt::Debug for Body {
    /// Says what kind of body it is and how long, never what it holds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Body::Empty => f.write_str("Empty"),
            Body::Stream(_) => f.write_str("Stream"),
            Body::Bytes(bytes, _) => write!(f, "Bytes({})", bytes.len()),
            Body::Value(_) => f.write_str("Value"),
            Body::Gone => f.write_str("Gone"),
        }
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::Full;

    use super::*;

    #[tokio::test]
    async fn a_stream_is_read_once_and_then_shared() {
        let mut body = Body::from_stream(Full::new(Bytes::from_static(b"{\"a\":1}")));
        body.load(100).await.unwrap();
        assert_eq!(body.value().get("a"), Some(Value::from(1i64).view()));
        let mut second = body.share();
        assert_eq!(second.send().collect().await.unwrap().to_bytes(), body.bytes().unwrap());
    }

    #[tokio::test]
    async fn a_body_in_pieces_is_hashed_as_it_comes() {
        for count in [1, 2, 3, 40] {
            let pieces = (0..count).map(|piece| Ok::<_, BoxError>(Frame::data(Bytes::from(vec![piece; 1000]))));
            let stream = StreamBody::new(futures_util::stream::iter(pieces.collect::<Vec<_>>()));
            let mut body = Body::from_stream(stream);
            body.load_hashed(1_000_000).await.unwrap();
            let whole = aws_lc_rs::digest::digest(&SHA256, &body.bytes().unwrap());
            let hash = (count > 1).then(|| whole.as_ref().to_vec());
            assert_eq!(body.sha256().map(|hash| hash.to_vec()), hash, "{count} pieces");
        }
    }

    #[tokio::test]
    async fn a_long_body_is_refused_at_the_limit() {
        let mut body = Body::from_stream(Full::new(Bytes::from_static(b"0123456789")));
        assert!(matches!(body.load(9).await, Err(BodyError::TooLarge { limit: 9 })));
    }

    #[tokio::test]
    async fn a_body_that_was_sent_on_says_so() {
        let mut body = Body::from_stream(Full::new(Bytes::from_static(b"x")));
        let _stream = body.send();
        assert!(matches!(body.load(9).await, Err(BodyError::Gone)));
    }
}
