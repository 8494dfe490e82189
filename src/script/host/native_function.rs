//! Native functions for the library.

/// Adds a native function. Those with a `$seat` have the host of the run that calls them.
macro_rules! native {
    ($object:ident, $setup:ident, $name:literal, |$inner:ident $(, $argument:ident: $type:ty)*| $body:expr) => {{
        let function = $setup.function(move |$inner: rquickjs::Ctx<'js> $(, $argument: $type)*| $body)?;
        $object.set($name, function)?;
    }};
    ($object:ident, $setup:ident, $seat:ident, $name:literal, |$inner:ident $(, $argument:ident: $type:ty)*| $body:expr) => {{
        let seat = $seat.clone();
        let function = $setup.function(move |$inner: rquickjs::Ctx<'js> $(, $argument: $type)*| {
            let $seat = seat.host(&$inner)?;
            $body
        })?;
        $object.set($name, function)?;
    }};
}
pub(super) use native;
