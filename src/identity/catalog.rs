//! The products on offer: plans, and the APIs that each of them holds.

use indexmap::IndexMap;

use super::offer::{Offer, Offered, Which};
use super::product_file::ProductFile;
use crate::openapi::Api;
use crate::settings::{ApiState, Clients};

/// The applications of the clients' file, with the plans of that file and of product files.
#[derive(Default)]
pub struct Catalog {
    pub clients: Clients,
    offers: Vec<Offer>,
}

// === impl Catalog ===

impl Catalog {
    pub fn new(clients: Clients, files: Vec<ProductFile>) -> Self {
        let mut offers = Vec::new();
        for (product, written) in &clients.products {
            let known = written.plans.iter().filter_map(|plan| Some((plan, clients.plans.get(plan)?)));
            offers.extend(known.map(|(plan, terms)| Offer {
                product: product.clone(),
                version: None,
                plan: plan.clone(),
                terms: terms.clone(),
                apis: written.apis.iter().map(|text| Offered::all_of(Which::of(text))).collect(),
            }));
        }
        offers.extend(files.into_iter().flat_map(ProductFile::into_offers));
        Catalog { clients, offers }
    }

    /// The offers that hold an API, with what they specify about it.
    pub fn with<'a>(&'a self, api: &'a Api) -> impl Iterator<Item = (&'a Offer, &'a Offered)> {
        self.offers.iter().filter_map(|offer| Some((offer, offer.apis.iter().find(|one| one.which.is(api))?)))
    }

    /// The states of APIs that are not to be called as usual.
    pub fn states(&self) -> Option<&IndexMap<String, ApiState>> {
        Some(&self.clients.api_states).filter(|states| !states.is_empty())
    }
}
