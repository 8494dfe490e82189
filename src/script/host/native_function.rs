//! Native functions for the library.

/// Adds a native function. The value of `$host` is the run's.
macro_rules! native {
    ($object:ident, $ctx:ident, $name:literal, |$inner:ident $(, $argument:ident: $type:ty)*| $body:expr) => {{
        let function = rquickjs::Function::new($ctx.clone(), move |$inner: rquickjs::Ctx<'js> $(, $argument: $type)*| $body)?;
        $object.set($name, function)?;
    }};
    ($object:ident, $ctx:ident, $host:ident, $name:literal, |$inner:ident $(, $argument:ident: $type:ty)*| $body:expr) => {{
        let $host = $host.clone();
        let function = rquickjs::Function::new($ctx.clone(), move |$inner: rquickjs::Ctx<'js> $(, $argument: $type)*| $body)?;
        $object.set($name, function)?;
    }};
}
pub(super) use native;
