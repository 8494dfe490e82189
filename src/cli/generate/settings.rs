//! `docs/settings.md`: every key of the settings file, with its default.

use super::generated_file::GeneratedFile;
use super::properties;
use crate::settings::{Settings, shape};

const INTRODUCTION: &str = "# Settings

One YAML file, given with `--settings FILE` or the variable `GANTRY_SETTINGS`. Every key is optional. Flags win over variables,
and variables over the file. Every key that holds one value has a variable: `aws: {region: …}` is `GANTRY_AWS_REGION`,
`server: {limits: {uri-bytes: …}}` is `GANTRY_SERVER_LIMITS_URI_BYTES`.

`${NAME}` takes an environment variable, `${NAME:-default}` falls back, `${file:/run/secrets/x}` reads a file; `$${` writes the
characters themselves. What comes from outside is never printed. `server`, `log` and `traces` take effect at start, everything
else on reload.

Times are `30`, `30s`, `500ms` or `2m`; a bare number is seconds.

## A file with credentials and TLS

```yaml
aws:
  region: eu-west-1
  endpoint: https://vpce-0123-abcd.lambda.eu-west-1.vpce.amazonaws.com
  credentials: orders
credentials:
  orders:
    aws-assume-role-arn: arn:aws:iam::123456789012:role/orders-gateway
    external-id: ${file:/run/secrets/external-id}
tls-profiles:
  internal:
    ca: /etc/gantry/internal-ca.pem
    certificate: /etc/gantry/client.pem
    key: /etc/gantry/client.key
```

";

pub(super) fn file() -> GeneratedFile {
    let defaults = serde_yaml::to_string(&Settings::default()).unwrap_or_default();
    let table = properties::table(shape().annotated());
    let text = format!("{INTRODUCTION}## Every key\n\n{table}\n## The defaults\n\n```yaml\n{defaults}```\n");
    GeneratedFile { path: "docs/settings.md".to_owned(), text }
}
