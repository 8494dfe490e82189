//! Tests of the order of routes and of their parameters.

use proptest::prelude::*;
use regex::Regex;

use super::*;
use crate::openapi::PathTemplate;

fn router(routes: &[(&str, &str)]) -> Router<String> {
    let mut router = Router::default();
    for (verb, path) in routes {
        let verb = (*verb != "*").then(|| verb.parse().unwrap());
        let template = PathTemplate::parse(path).unwrap();
        router.insert(&template.segments, verb, (*path).to_owned()).unwrap();
    }
    router
}

fn find(router: &Router<String>, verb: &str, path: &str) -> String {
    match router.find(&verb.parse().unwrap(), path) {
        RouteMatch::Found { route, parameters } => {
            let parameters: Vec<_> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("{route} {}", parameters.join(" ")).trim().to_owned()
        }
        RouteMatch::WrongVerb { allowed } => format!("405 {allowed:?}"),
        RouteMatch::NotFound => "404".to_owned(),
    }
}

#[test]
fn the_most_specific_route_wins_and_the_search_goes_back() {
    let router = router(&[
        ("GET", "/a/{id}"),
        ("GET", "/a/x"),
        ("GET", "/a/{id}/b"),
        ("GET", "/a/x/c"),
        ("GET", "/a/{id}.json"),
        ("GET", "/a/{x}-{y}"),
        ("GET", "/{+rest}"),
        ("POST", "/a/{name}"),
    ]);
    for (path, expected) in [
        ("/a/x", "/a/x"),
        ("/a/1", "/a/{id} id=1"),
        ("/a/x/b", "/a/{id}/b id=x"),
        ("/a/x/c", "/a/x/c"),
        ("/a/1.json", "/a/{id}.json id=1"),
        ("/a/1-2", "/a/{x}-{y} x=1 y=2"),
        ("/a/x%2Fy", "/a/{id} id=x%2Fy"),
        ("/a/1/2/3", "/{+rest} rest=a/1/2/3"),
        ("/", "404"),
        ("/a/", "/{+rest} rest=a/"),
    ] {
        assert_eq!(find(&router, "GET", path), expected, "{path}");
    }
    assert_eq!(find(&router, "POST", "/a/1"), "/a/{name} name=1");
}

#[test]
fn among_v5_routes_later_parameters_win() {
    let mut router = Router::default();
    let insert = |router: &mut Router<String>, path: &str| {
        let template = PathTemplate::parse(path).unwrap();
        router.insert_v5(&template.segments, Some(Method::GET), path.to_owned()).unwrap();
    };
    for path in ["/a/{x}/{y}/{z}/{w}", "/{p}/b/c/d/e", "/a/{x}/{y}/d/f", "/{p}/b/c/d/f", "/s/{x}/t", "/{p}/s/t"] {
        insert(&mut router, path);
    }
    for (path, expected) in [
        // 16 + 9 + 4 + 1 loses against 25.
        ("/a/b/c/d/e", "/{p}/b/c/d/e p=a"),
        // 16 + 9 is 25 too, and then exact text comes first.
        ("/a/b/c/d/f", "/a/{x}/{y}/d/f x=b y=c"),
        ("/a/b/c/d/g", "/a/{x}/{y}/{z}/{w} x=b y=c z=d w=g"),
        ("/s/s/t", "/s/{x}/t x=s"),
        ("/a/b/c/d", "404"),
    ] {
        assert_eq!(find(&router, "GET", path), expected, "{path}");
    }
    assert_eq!(find(&router, "PUT", "/a/b/c/d/e"), "405 [GET]");
}

#[test]
fn a_known_path_with_another_verb_says_which_verbs_it_has() {
    let router = router(&[("GET", "/a/{id}"), ("PUT", "/a/x")]);
    assert_eq!(find(&router, "POST", "/a/x"), "405 [GET, PUT]");
    assert_eq!(find(&router, "GET", "/a/x"), "/a/{id} id=x");
    assert_eq!(find(&router, "GET", "/a/x/"), "404");
}

#[test]
fn a_path_without_operations_takes_every_verb() {
    let router = router(&[("*", "/a"), ("GET", "/a")]);
    assert_eq!(find(&router, "DELETE", "/a"), "/a");
}

#[test]
fn the_same_shape_twice_is_a_conflict() {
    let mut router = router(&[("GET", "/a/{id}")]);
    let same = PathTemplate::parse("/a/{other}").unwrap();
    assert!(router.insert(&same.segments, Some(Method::GET), String::new()).is_err());
}

/// How special a segment is: its kind, then what [`rank`] says of a mixed one.
type Rank = (u8, Option<(Reverse<usize>, String)>);

/// A template without a trie: one expression per template, and how special it is segment by segment.
struct Naive {
    text: String,
    names: Vec<Arc<str>>,
    expression: Regex,
    rank: Vec<Rank>,
}

impl Naive {
    fn new(template: &PathTemplate) -> Self {
        let text = |text: &str| regex::escape(text);
        let parts = |parts: &[Part]| {
            let part = |part: &Part| match part {
                Part::Text(it) => text(it),
                Part::Parameter(_) => "([^/]+?)".to_owned(),
            };
            parts.iter().map(part).collect::<String>()
        };
        let segments = template.segments.iter().map(|segment| match segment {
            Segment::Static(it) => (text(it), (0, None)),
            Segment::Mixed(it) => (parts(it), (1, Some(rank(it)))),
            Segment::Parameter(_) => ("([^/]+)".to_owned(), (2, None)),
            Segment::Greedy(_) => ("(.+)".to_owned(), (3, None)),
        });
        let (expressions, rank): (Vec<_>, Vec<_>) = segments.unzip();
        Naive {
            text: template.text.to_string(),
            names: template.parameters(),
            expression: Regex::new(&format!("^/{}$", expressions.join("/"))).unwrap(),
            rank,
        }
    }

    fn answer(&self, path: &str) -> Option<String> {
        let values = self.expression.captures(path)?;
        let values = values.iter().skip(1).map(|value| value.unwrap().as_str());
        let parameters = self.names.iter().zip(values).map(|(name, value)| format!("{name}={value}"));
        Some(format!("{} {}", self.text, parameters.collect::<Vec<_>>().join(" ")).trim().to_owned())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_trie_finds_what_the_most_special_expression_finds(
        templates in proptest::collection::vec("(/(a|b|\\{p[0-4]\\}|\\{p[0-4]\\}[.]a|a-\\{p[0-4]\\}|\\{p[0-4]\\}-\\{p[5-9]\\})){1,4}(/\\{[+]rest\\})?", 1..8),
        paths in proptest::collection::vec("(/(a|b|a[.]a|a-b|a-b-a|a-a[.]a|-|)){1,5}", 8),
    ) {
        let mut router = Router::default();
        let mut naive = Vec::new();
        for template in templates {
            // A name that is there twice is refused before it comes here.
            let Ok(template) = PathTemplate::parse(&template) else { continue };
            if router.insert(&template.segments, Some(Method::GET), template.text.to_string()).is_ok() {
                naive.push(Naive::new(&template));
            }
        }
        for path in paths {
            let fitting = naive.iter().filter(|one| one.expression.is_match(&path));
            let expected = fitting.min_by_key(|one| one.rank.clone());
            let expected = expected.and_then(|one| one.answer(&path)).unwrap_or_else(|| "404".to_owned());
            prop_assert_eq!(find(&router, "GET", &path), expected, "{}", path);
        }
    }
}

#[test]
fn texts_of_a_path_are_compared_decoded() {
    let router = router(&[
        ("GET", "/café"),
        ("GET", "/sp ace/x"),
        ("GET", "/tilde~/{id}"),
        ("GET", "/jobs/{id}:cancel"),
        ("GET", "/a%2Fb"),
        ("GET", "/{one}"),
    ]);
    for (path, expected) in [
        ("/caf%C3%A9", "/café"),
        ("/caf%c3%a9", "/café"),
        ("/sp%20ace/x", "/sp ace/x"),
        ("/tilde%7E/1", "/tilde~/{id} id=1"),
        ("/%74ilde~/a%2Fb", "/tilde~/{id} id=a%2Fb"),
        ("/jobs/7:cancel", "/jobs/{id}:cancel id=7"),
        ("/jobs/7%3Acancel", "/jobs/{id}:cancel id=7"),
        ("/jobs/%3A%3acancel", "/jobs/{id}:cancel id=%3A"),
        ("/jobs/%3Acancel", "404"),
        ("/a%2Fb", "/a%2Fb"),
        ("/a%2fb", "/a%2Fb"),
        ("/a/b", "404"),
        ("/caf%C3", "/{one} one=caf%C3"),
        ("/caf%25C3%25A9", "/{one} one=caf%25C3%25A9"),
    ] {
        assert_eq!(find(&router, "GET", path), expected, "{path}");
    }
}

#[test]
fn folded_slashes_count_once_and_not_at_the_end() {
    let router = router(&[("GET", "/a"), ("GET", "/a/{id}/b"), ("GET", "/"), ("POST", "/c"), ("GET", "/{+rest}")]);
    let folded = |path| match router.find_folded(&Method::GET, path) {
        RouteMatch::Found { route, parameters } => {
            let parameters: String = parameters.iter().map(|(name, value)| format!(" {name}={value}")).collect();
            format!("{route}{parameters}")
        }
        _ => "none".to_owned(),
    };
    for (path, expected) in [
        ("/a/", "/a"),
        ("//a", "/a"),
        ("/a//", "/a"),
        ("/a//1///b/", "/a/{id}/b id=1"),
        ("/x/", "/{+rest} rest=x"),
        ("/x/y/", "/{+rest} rest=x/y"),
        ("/c/", "/{+rest} rest=c"),
        ("//", "/"),
    ] {
        assert_eq!(folded(path), expected, "{path}");
    }
}
