//! What is said over the control socket: one line of JSON each way, with a version.
//!
//! ```text
//! {"version":1,"ask":"status"}
//! {"version":1,"ask":"delay","host":"www.example.org","millis":10000}
//! ```
//!
//! Reading is total and bounded: what is too long, of another version or unknown is refused with a
//! reason, and does nothing.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::crawl::live::Status;
use crate::json;

/// Version of what is said.
pub const VERSION: u32 = 1;

/// The longest request, in bytes, without the end of its line.
pub const MAX_REQUEST: usize = 4096;

/// What a crawl is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case")]
pub enum Request {
    /// How it is going.
    Status,
    /// To begin nothing new until it is told to go on.
    Pause,
    /// To go on.
    Resume,
    /// To end.
    Stop {
        /// Whether what is in flight is dropped.
        #[serde(default)]
        now: bool,
    },
    /// To keep another delay on the registered domain of a host.
    Delay {
        /// The host.
        host: String,
        /// The delay in milliseconds, start to start.
        millis: u64,
    },
    /// To leave a host alone, and those below it.
    Block {
        /// The host.
        host: String,
    },
    /// To leave it alone no longer.
    Unblock {
        /// The host.
        host: String,
    },
}

/// What it answers: one of the three.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// [`VERSION`].
    pub version: u32,
    /// How it is going.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Box<Status>>,
    /// What it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<String>,
    /// Why it did nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

impl Answer {
    pub(super) fn status(status: Status) -> Self {
        Self { version: VERSION, status: Some(Box::new(status)), ..Self::default() }
    }

    pub(super) fn done(done: String) -> Self {
        Self { version: VERSION, done: Some(done), ..Self::default() }
    }

    pub(super) fn refused(why: String) -> Self {
        Self { version: VERSION, refused: Some(why), ..Self::default() }
    }
}

/// Why a line says nothing.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// More than a request can be.
    #[error("a request has at most {MAX_REQUEST} bytes, and ends with its line")]
    TooLong,
    /// Another version.
    #[error("this warraq speaks version {VERSION} of its control; the request has {0}")]
    Version(String),
    /// Not one of the requests.
    #[error("not a request: {0}; one is {{\"version\":{VERSION},\"ask\":\"status\"}}")]
    Unknown(String),
}

/// Reads a request, without the end of its line.
pub fn read(line: &[u8]) -> Result<Request, RequestError> {
    if line.len() > MAX_REQUEST {
        return Err(RequestError::TooLong);
    }
    let unknown = |why: serde_json::Error| RequestError::Unknown(why.to_string());
    let mut value: Value = serde_json::from_slice(line).map_err(unknown)?;
    let version = value.as_object_mut().and_then(|fields| fields.remove("version"));
    match version {
        Some(version) if version == VERSION => {
            let request = serde_json::from_value(value.clone()).map_err(unknown)?;
            no_more(&value, &request)?;
            Ok(request)
        }
        Some(other) => Err(RequestError::Version(other.to_string())),
        None => Err(RequestError::Version("none".to_owned())),
    }
}

/// Whether a request says all that was said: serde passes over what else a request without fields
/// brings.
fn no_more(said: &Value, request: &Request) -> Result<(), RequestError> {
    let known = serde_json::to_value(request).unwrap_or_default();
    let mut names = said.as_object().into_iter().flat_map(serde_json::Map::keys);
    match names.find(|name| known.get(name).is_none()) {
        Some(name) => Err(RequestError::Unknown(format!("it has a field {name:?}"))),
        None => Ok(()),
    }
}

/// The line of a request.
pub fn line(request: &Request) -> serde_json::Result<String> {
    let mut value = serde_json::to_value(request)?;
    if let Some(fields) = value.as_object_mut() {
        fields.insert("version".to_owned(), VERSION.into());
    }
    Ok(json::line(&value)? + "\n")
}

/// Reads an answer.
pub(super) fn answer(line: &[u8]) -> Result<Answer, String> {
    let answer: Answer = serde_json::from_slice(line).map_err(|why| why.to_string())?;
    if answer.version == VERSION {
        Ok(answer)
    } else {
        Err(format!("it speaks version {} of the control, not {VERSION}", answer.version))
    }
}
