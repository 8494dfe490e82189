//! Scripts that are parsed once and read by each engine that runs them.

use std::ffi::CString;

use rquickjs::qjs;
use rquickjs::{Ctx, Error, Result, Value};

/// A script as QuickJS has it after parsing. Every engine of this process can run it.
pub struct Bytecode {
    bytes: Box<[u8]>,
}

impl Bytecode {
    /// Parses a text, without running it. `name` is its name in stacks. An error is the exception of the context.
    pub fn compile(ctx: &Ctx<'_>, code: &str, name: &str) -> Result<Self> {
        Bytecode::write(ctx, code, name, 0)
    }

    /// The same without the text and the lines of functions, which take most of the memory.
    pub fn compile_bare(ctx: &Ctx<'_>, code: &str, name: &str) -> Result<Self> {
        Bytecode::write(ctx, code, name, qjs::JS_WRITE_OBJ_STRIP_SOURCE | qjs::JS_WRITE_OBJ_STRIP_DEBUG)
    }

    fn write(ctx: &Ctx<'_>, code: &str, name: &str, stripped: u32) -> Result<Self> {
        let length = code.len();
        let (code, name) = (CString::new(code)?, CString::new(name)?);
        let context = ctx.as_raw().as_ptr();
        let flags = (qjs::JS_EVAL_TYPE_GLOBAL | qjs::JS_EVAL_FLAG_COMPILE_ONLY) as i32;
        // SAFETY: the context is alive as long as `ctx` is, and both texts end with a zero. The function that comes back is ours to free.
        unsafe {
            let function = qjs::JS_Eval(context, code.as_ptr(), length as _, name.as_ptr(), flags);
            if qjs::JS_IsException(function) {
                return Err(Error::Exception);
            }
            let mut size = 0;
            let written =
                qjs::JS_WriteObject(context, &mut size, function, (qjs::JS_WRITE_OBJ_BYTECODE | stripped) as i32);
            qjs::JS_FreeValue(context, function);
            if written.is_null() {
                return Err(Error::Exception);
            }
            let bytes = std::slice::from_raw_parts(written, size as usize).into();
            qjs::js_free(context, written.cast());
            Ok(Bytecode { bytes })
        }
    }

    /// Runs it. It may do nothing but make functions: what Rust code panics with in between is lost.
    pub fn evaluate<'js>(&self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        let context = ctx.as_raw().as_ptr();
        // SAFETY: reading trusts its bytes, and these are as the same engine wrote them. Evaluating frees the function.
        unsafe {
            let flags = qjs::JS_READ_OBJ_BYTECODE as i32;
            let function = qjs::JS_ReadObject(context, self.bytes.as_ptr(), self.bytes.len() as _, flags);
            if qjs::JS_IsException(function) {
                return Err(Error::Exception);
            }
            let value = qjs::JS_EvalFunction(context, function);
            match qjs::JS_IsException(value) {
                true => Err(Error::Exception),
                false => Ok(Value::from_raw(ctx.clone(), value)),
            }
        }
    }
}
