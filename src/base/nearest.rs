//! "Did you mean …": the known names nearest to a mistyped one.

/// Up to three of `known` that are near `typed`, nearest first.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let typed = normal(typed);
    let length = typed.chars().count();
    // Two short names are always a few edits apart, and mean nothing by it.
    let limit = ((length / 3).max(1) + 1).min(length.saturating_sub(1));
    let mut ranked: Vec<(usize, &str)> = known
        .into_iter()
        .map(|name| (distance(&typed, &normal(name)), name))
        .filter(|(distance, _)| *distance <= limit)
        .collect();
    ranked.sort();
    ranked.dedup_by_key(|(_, name)| *name);
    // Beside a good guess a bad one only distracts.
    let best = ranked.first().map_or(0, |(distance, _)| *distance);
    ranked.into_iter().take_while(|(distance, _)| *distance <= best + 1).take(3).map(|(_, name)| name).collect()
}

/// Those of `known` that `typed` is most likely a slip of the keyboard for: one edit away, in longer names two.
pub fn mistyped<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let normal = normal(typed);
    let limit = if normal.chars().count() < LONGER { 1 } else { 2 };
    let near = nearest(typed, known).into_iter();
    near.filter(|name| distance(&normal, &self::normal(name)) <= limit).collect()
}

/// Letters from which on two edits are a slip.
const LONGER: usize = 7;

/// Names as a sentence has them: `a`, `b` or `c`.
pub fn quoted_list<S: AsRef<str>>(names: &[S]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// Case and the choice of `-` or `_` do not make two names far apart.
fn normal(name: &str) -> String {
    name.to_lowercase().replace('_', "-")
}

/// Edits (insert, delete, replace, swap of neighbours) between two names.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(80).collect(), b.chars().take(80).collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_mistakes_are_near_and_other_words_are_not() {
        let known = ["invoke", "lambda", "set-variable", "throw"];
        assert_eq!(nearest("lamdba", known), ["lambda"]);
        assert_eq!(nearest("set_variable", known), ["set-variable"]);
        assert!(nearest("quota", known).is_empty());
    }

    #[test]
    fn a_slip_is_nearer_than_a_guess() {
        let known = ["get", "post", "parameters", "x-assembly"];
        for (typed, name) in
            [("GET", "get"), ("pots", "post"), ("paramters", "parameters"), ("x_asembly", "x-assembly"), ("gte", "get")]
        {
            assert_eq!(mistyped(typed, known), [name], "{typed}");
        }
        for other in ["query", "path", "name", "x-example", "g"] {
            assert!(mistyped(other, known).is_empty(), "{other}");
        }
    }

    #[test]
    fn lists_read_as_sentences() {
        assert_eq!(quoted_list(&["a"]), "`a`");
        assert_eq!(quoted_list(&["a", "b", "c"]), "`a`, `b` or `c`");
    }
}
