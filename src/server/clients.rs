//! The share of a listener that one client address and one connection may take.
//!
//! While a listener has room, no client is limited. Once half of it is taken, the rest is shared: a connection may have an eighth of
//! what is free, and an address, where there are others, eight times what is free. So what is free does not end for others. A
//! connection that does nothing is closed where another one needs its place.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::clock::Clock;

/// A busy connection of the admin listener is not closed for another one before this.
const SHORT: Duration = Duration::from_secs(1);

/// One part in so many stays for connections that have no request yet, from any client.
const LAST_PART: usize = 20;

/// The open connections of a listener.
pub(super) struct Clients {
    open: Mutex<Open>,
    /// Whether a connection that is busy may be closed for another one: nothing that operators ask takes long.
    closes_busy: bool,
}

#[derive(Default)]
struct Open {
    addresses: HashMap<IpAddr, Weak<Address>>,
    /// The number of addresses at which those that have gone are looked for.
    sweep_at: usize,
    /// Addresses that have a connection or a request.
    present: Arc<AtomicUsize>,
    connections: HashMap<u64, Connection>,
    next: u64,
}

struct Connection {
    clock: Arc<Clock>,
    client: Arc<Client>,
    opened: Instant,
    task: Option<AbortHandle>,
}

/// The client of one connection.
#[derive(Debug)]
pub(super) struct Client {
    clients: Weak<Clients>,
    requests: AtomicUsize,
    address: Arc<Address>,
}

/// The counts of all connections of one address.
#[derive(Debug)]
struct Address {
    connections: AtomicUsize,
    requests: AtomicUsize,
    /// How many addresses have a connection.
    present: Arc<AtomicUsize>,
}

/// A connection on the list; dropping it takes it off.
pub(super) struct Registered {
    clients: Arc<Clients>,
    number: u64,
    pub(super) client: Arc<Client>,
}

/// A request's place among those that may run at a time.
#[derive(Debug)]
pub(super) struct Slot {
    client: Arc<Client>,
    _permit: OwnedSemaphorePermit,
}

// === impl Clients ===

impl Clients {
    pub(super) fn new(closes_busy: bool) -> Arc<Self> {
        Arc::new(Clients { open: Mutex::default(), closes_busy })
    }

    /// Puts a connection on the list.
    pub(super) fn register(self: &Arc<Self>, address: IpAddr, clock: Arc<Clock>) -> Registered {
        let mut open = self.open();
        let client = Arc::new(Client::new(Arc::downgrade(self), open.address(address)));
        client.address.connections.fetch_add(1, Ordering::Relaxed);
        let number = open.next;
        open.next += 1;
        let connection = Connection { clock, client: client.clone(), opened: Instant::now(), task: None };
        open.connections.insert(number, connection);
        Registered { clients: self.clone(), number, client }
    }

    /// Says which task serves a connection, so that it can be closed for another one.
    pub(super) fn served_by(&self, number: u64, task: AbortHandle) {
        // It may have ended already.
        if let Some(connection) = self.open().connections.get_mut(&number) {
            connection.task = Some(task);
        }
    }

    /// Closes the connection that is missed least: of the address that has most of them, the one that has done nothing for
    /// longest. False where all are busy.
    pub(super) fn close_one(&self) -> bool {
        let mut open = self.open();
        let now = Instant::now();
        let quiet = open.connections.iter().filter(|(_, one)| one.task.is_some()).filter_map(|(number, one)| {
            let busy = || (self.closes_busy && now > one.opened + SHORT).then_some(one.opened);
            let since = one.clock.quiet_since().or_else(busy)?;
            let others = one.client.address.connections.load(Ordering::Relaxed);
            Some((others, std::cmp::Reverse(since), *number))
        });
        let Some((_, _, number)) = quiet.max() else { return false };
        let closed = open.connections.remove(&number);
        drop(open);
        if let Some(task) = closed.and_then(|connection| connection.task) {
            task.abort();
        }
        true
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn address(&mut self, address: IpAddr) -> Arc<Address> {
        let address = network(address);
        if let Some(known) = self.addresses.get(&address).and_then(Weak::upgrade) {
            return known;
        }
        // Those that have gone are forgotten once they may be more than those that are there.
        if self.addresses.len() >= self.sweep_at {
            self.addresses.retain(|_, address| address.strong_count() > 0);
            self.sweep_at = 2 * self.addresses.len() + 16;
        }
        self.present.fetch_add(1, Ordering::Relaxed);
        let (connections, requests) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let new = Arc::new(Address { connections, requests, present: self.present.clone() });
        self.addresses.insert(address, Arc::downgrade(&new));
        new
    }
}

/// The address that a client is told by: with IPv6, one client has a whole network.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6([a, b, c, d, 0, 0, 0, 0].into())
        }
        address => address,
    }
}

impl Registered {
    pub(super) fn number(&self) -> u64 {
        self.number
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.client.address.connections.fetch_sub(1, Ordering::Relaxed);
        self.clients.open().connections.remove(&self.number);
    }
}

impl Drop for Address {
    fn drop(&mut self) {
        self.present.fetch_sub(1, Ordering::Relaxed);
    }
}

// === impl Client ===

impl Client {
    fn new(clients: Weak<Clients>, address: Arc<Address>) -> Self {
        Client { clients, requests: AtomicUsize::new(0), address }
    }

    /// The client that a proxy passes a request on for, at the other end of this connection.
    pub(super) fn of_proxy(self: &Arc<Self>, address: IpAddr) -> Arc<Self> {
        match self.clients.upgrade() {
            Some(clients) => Arc::new(Client::new(self.clients.clone(), clients.open().address(address))),
            None => self.clone(),
        }
    }

    /// A place for a request, where there is one and the client does not have its share already. `all` is how many there are.
    pub(super) fn enter(self: &Arc<Self>, requests: &Arc<Semaphore>, all: usize) -> Option<Slot> {
        let permit = requests.clone().try_acquire_owned().ok()?;
        let free = requests.available_permits();
        let own = self.requests.fetch_add(1, Ordering::Relaxed);
        let of_address = self.address.requests.fetch_add(1, Ordering::Relaxed);
        let slot = Slot { client: self.clone(), _permit: permit };
        let alone = self.address.present.load(Ordering::Relaxed) <= 1;
        may_enter(all, free, own, if alone { 0 } else { of_address }).then_some(slot)
    }
}

/// Whether a request may run in addition to those of its connection and of its address. `free` is without its own place.
fn may_enter(all: usize, free: usize, own: usize, of_address: usize) -> bool {
    if free >= all / 2 {
        return true;
    }
    let connection = own == 0 || own < free / 8;
    let address = of_address == 0 || of_address < free.saturating_mul(8) || (own == 0 && free > all / LAST_PART);
    connection && address
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.client.requests.fetch_sub(1, Ordering::Relaxed);
        self.client.address.requests.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many connections of one address ask for so many requests each; how many get in.
    fn flood(all: usize, connections: usize, each: usize) -> usize {
        let mut inside = 0;
        for _ in 0..connections {
            let mut own = 0;
            while own < each && inside < all && may_enter(all, all - inside - 1, own, inside) {
                own += 1;
                inside += 1;
            }
        }
        inside
    }

    #[test]
    fn no_flood_takes_every_place() {
        // While there is room, nothing is limited.
        assert_eq!(flood(5000, 25, 100), 2500);
        assert_eq!(flood(5000, 1, 2400), 2400);
        // Many streams on few connections, and one request on each of many: other addresses find a place, and a new
        // connection of the same one does at least as long as few connections do it.
        for (connections, each) in [(60, 100), (1000, 100), (10_000, 1)] {
            let inside = flood(5000, connections, each);
            assert!(inside <= 4751, "{connections} × {each}: {inside}");
            assert!(may_enter(5000, 5000 - inside - 1, 0, 0));
        }
        assert!(may_enter(5000, 5000 - flood(5000, 60, 100) - 1, 0, 4444));
        // With few places, one after the other still gets in.
        assert!(may_enter(2, 0, 0, 0) && may_enter(1, 0, 0, 0) && !may_enter(2, 0, 1, 1));
        // An address that is alone may have every place, but no connection may.
        assert!(may_enter(5000, 0, 0, 0) && !may_enter(5000, 0, 1, 0));
    }

    #[test]
    fn an_ipv6_client_has_a_network() {
        let network = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
    }
}
