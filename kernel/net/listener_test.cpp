// SPDX-License-Identifier: Apache-2.0
// Listeners on loopback: families, bounds, adoption, and no descriptors left.
#include "net/listener.hpp"

#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <vector>

#include "loop/loop_set.hpp"
#include "net/test_kit.hpp"

using namespace junctor::net;
using namespace junctor::net::test;
using namespace std::chrono_literals;

namespace {

struct Greeter : AcceptEvents {
  void on_accept(ListenerGroup& /*listener*/, Stream& stream) override {
    ++accepted;
    if (attach) stream.attach(owner);
  }
  Recorder owner;
  int accepted = 0;
  bool attach = true;
};

const Address kBoth = Address{};  // ":0"
const Address kLoopback = Address::v4(127, 0, 0, 1, 0);

struct Fixture {
  explicit Fixture(const ListenOptions& options = {}, const Address& where = kLoopback)
      : group{store, {&hand.net}, std::span{&where, 1}, options, greeter} {
    group.start();
    hand.settle();
  }
  ~Fixture() { group.close(); }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;
  Address at(uint8_t family) const {
    for (Address address : group.addresses()) {
      if (address.family != family) continue;
      if (address.is_any()) address.ip[family == 4 ? 0 : 15] = family == 4 ? 127 : 1;
      if (address.family == 4 && address.is_any() == false && address.ip[3] == 0) address.ip[3] = 1;
      return address;
    }
    return {};
  }
  SocketStore store;
  Greeter greeter;
  HandLoop hand;
  ListenerGroup group;
};

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

bool refused_or_closed(const Fd& fd, HandLoop& hand) {
  Sink sink;
  hand.until([&] { return sink.pull(fd), sink.ended || sink.error != 0; }, 5s);
  return sink.ended || sink.error != 0;
}

}  // namespace

TEST_CASE("a port alone is opened for both families, with the same number") {
  Fixture f{{}, kBoth};
  REQUIRE(f.group.addresses().size() == 2);
  CHECK(f.group.addresses()[0].port == f.group.addresses()[1].port);
  const Fd four = dial(f.at(4));
  const Fd six = dial(f.at(6));
  CHECK(four);
  CHECK(six);
  CHECK(f.hand.until([&] { return f.greeter.accepted == 2; }));
  CHECK(f.group.notes().empty());
}

TEST_CASE("where the host lacks a family the other one serves, and a note says so") {
  for (const uint8_t missing : {uint8_t{4}, uint8_t{6}}) {
    SocketStore store;
    store.pretend_missing(missing);
    Greeter greeter;
    HandLoop hand;
    ListenerGroup group{store, {&hand.net}, std::span{&kBoth, 1}, {}, greeter};
    REQUIRE(group.addresses().size() == 1);
    CHECK(group.addresses()[0].family == 10 - missing);
    CHECK(group.notes().size() == 1);
  }
}

TEST_CASE("an address in use is refused, by name and with advice") {
  SocketStore store;
  Greeter greeter;
  HandLoop hand;
  ListenerGroup first{store, {&hand.net}, std::span{&kLoopback, 1}, {}, greeter};
  const Address taken = first.addresses()[0];
  SocketStore other;
  std::string text;
  try {
    const ListenerGroup second{other, {&hand.net}, std::span{&taken, 1}, {}, greeter};
  } catch (const NetError& error) {
    text = error.what();
  }
  CAPTURE(text);
  CHECK(text.find(taken.to_string()) != std::string::npos);
  CHECK(text.find("another process") != std::string::npos);
  SocketRequest again;
  again.address = taken;
  ListenerGroup mine{other, {&hand.net}, std::span{&kLoopback, 1}, {}, greeter};
  again.address = mine.addresses()[0];
  CHECK_THROWS_AS(other.open(again), NetError);
}

TEST_CASE("what overlaps an address in use can be prepared, and takes its queue over when that one is given back") {
  SocketStore store;
  Greeter before;
  Greeter after;
  HandLoop hand;
  auto first =
      std::make_unique<ListenerGroup>(store, std::vector{&hand.net}, std::span{&kBoth, 1}, ListenOptions{}, before);
  first->start();
  hand.settle();
  const uint16_t port = first->addresses()[0].port;
  const std::array<Address, 2> apart{Address::any(4, port), Address::any(6, port)};
  for (const Address& address : apart) {
    SocketRequest request;
    request.address = address;
    CHECK_NOTHROW(store.prepare(request));
    CHECK_THROWS_AS(store.open(request), NetError);  // the other still has it
  }
  first->close();
  first.reset();
  Address loopback = kLoopback;
  std::vector<Fd> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(dial(loopback.with_port(port)));
  ListenerGroup second{store, {&hand.net}, std::span{apart}, {}, after};
  CHECK(store.retire() == 1);
  CHECK(store.drained() == 0);
  second.start();
  CHECK(hand.until([&] { return after.accepted == 20; }));
  CHECK(before.accepted == 0);

  second.close();
  const Address joined = kBoth.with_port(port);
  SocketRequest back;
  back.address = joined;
  CHECK_NOTHROW(store.prepare(back));
}

TEST_CASE("an address inside one of our own is opened beside it") {
  SocketStore store;
  Greeter before;
  Greeter after;
  HandLoop hand;
  ListenerGroup first{store, {&hand.net}, std::span{&kBoth, 1}, {}, before};
  const Address inside = Address{kLoopback}.with_port(first.addresses()[0].port);
  ListenerGroup second{store, {&hand.net}, std::span{&inside, 1}, {}, after};
  second.start();
  hand.settle();
  const Fd client = dial(inside);
  CHECK(client);
  CHECK(hand.until([&] { return after.accepted == 1; }));
}

TEST_CASE("an address of another host can be bound by nobody here, a port in use by somebody") {
  Address elsewhere = *Address::parse_ip("192.0.2.7");
  CHECK_THROWS_AS(try_bind(Protocol::kTcp, elsewhere.with_port(80)), NetError);
  CHECK_THROWS_AS(try_bind(Protocol::kUdp, elsewhere.with_port(0)), NetError);
  SocketStore store;
  SocketRequest request;
  request.address = kLoopback;
  const auto held = store.open(request);
  CHECK_NOTHROW(try_bind(Protocol::kTcp, held->addresses()[0]));
}

TEST_CASE("a stream that nobody attaches is closed") {
  Fixture f;
  f.greeter.attach = false;
  const Fd client = dial(f.at(4));
  CHECK(refused_or_closed(client, f.hand));
  CHECK(f.greeter.accepted == 1);
  CHECK(f.hand.net.idle());
}

TEST_CASE("limits refuse, are counted by reason, and a closed stream makes room") {
  Fixture f{{.limits = {.max_connections = 2}}};
  Fd a = dial(f.at(4));
  const Fd b = dial(f.at(4));
  const Fd c = dial(f.at(4));
  CHECK(refused_or_closed(c, f.hand));
  CHECK(f.greeter.accepted == 2);
  CHECK(f.group.limits().refused(Refusal::kConnections) == 1);
  a.reset();
  f.greeter.owner.end_hook = [](Stream& stream) { return stream.close(); };
  CHECK(f.hand.until([&] { return f.group.limits().open() == 1; }));
  const Fd d = dial(f.at(4));
  CHECK(f.hand.until([&] { return f.greeter.accepted == 3; }));
}

TEST_CASE("sockets outlive their listener: whoever opens them next gets those that queued meanwhile") {
  SocketStore store;
  Greeter before;
  Greeter after;
  HandLoop hand;
  auto first =
      std::make_unique<ListenerGroup>(store, std::vector{&hand.net}, std::span{&kLoopback, 1}, ListenOptions{}, before);
  first->start();
  hand.settle();
  const Address where = first->addresses()[0];
  first->close();
  first.reset();
  std::vector<Fd> clients;
  for (int i = 0; i < 50; ++i) clients.push_back(dial(where));
  CHECK(std::all_of(clients.begin(), clients.end(), [](const Fd& fd) { return static_cast<bool>(fd); }));
  hand.settle();
  CHECK(before.accepted == 0);
  ListenerGroup second{store, {&hand.net}, std::span{&kLoopback, 1}, {}, after};
  CHECK(second.addresses()[0] == where);
  CHECK(store.retire() == 0);
  second.start();
  CHECK(hand.until([&] { return after.accepted == 50; }));
  second.close();
}

TEST_CASE("an adopting listener may serve from more loops or fewer without closing a socket") {
  SocketStore store;
  Greeter greeter;
  HandLoop one;
  HandLoop two;
  const auto count = [&](std::vector<NetLoop*> loops) {
    ListenerGroup group{store, std::move(loops), std::span{&kLoopback, 1}, {}, greeter};
    const Address where = group.addresses()[0];
    group.start();
    one.settle();
    two.settle();
    const int before = greeter.accepted;
    std::vector<Fd> clients;
    for (int i = 0; i < 40; ++i) clients.push_back(dial(where));
    CHECK(one.until([&] { return two.loop.run_once(0ms), greeter.accepted == before + 40; }));
    group.close();
  };
  count({&one.net});
  count({&one.net, &two.net});
  count({&two.net});
  CHECK(store.size() == 1);
}

TEST_CASE("retired sockets close with an orderly end for what was queued, and then refuse") {
  SocketStore store;
  Greeter greeter;
  HandLoop hand;
  auto group = std::make_unique<ListenerGroup>(store, std::vector{&hand.net}, std::span{&kLoopback, 1}, ListenOptions{},
                                               greeter);
  const Address where = group->addresses()[0];
  const Fd queued = dial(where);
  group->close();
  group.reset();
  CHECK(store.retire([](const SocketRequest&) { return true; }) == 0);
  CHECK(store.retire() == 1);
  CHECK(store.drained() == 1);
  Sink sink;
  CHECK(hand.until([&] { return sink.pull(queued), sink.ended || sink.error != 0; }));
  CHECK(sink.ended);
  CHECK(sink.error == 0);
  CHECK_FALSE(dial(where));
}

TEST_CASE("a listener closed before its start has come never accepts") {
  SocketStore store;
  Greeter greeter;
  HandLoop hand;
  ListenerGroup group{store, {&hand.net}, std::span{&kLoopback, 1}, {}, greeter};
  group.start();
  group.close();
  const Fd client = dial(group.addresses()[0]);
  hand.settle();
  CHECK(greeter.accepted == 0);
}

TEST_CASE("out of descriptors new connections are shed, old ones live, the loop rests, and it recovers") {
  Fixture f{{.shed_pause = 20ms}};
  const Address where = f.at(4);
  const Fd old = dial(where);
  REQUIRE(f.hand.until([&] { return f.greeter.accepted == 1; }));

  // The clients need descriptors too: made first, connected later.
  std::vector<Fd> clients;
  for (int i = 0; i < 8; ++i) clients.push_back(Fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)});
  const Fd late{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit tight{static_cast<rlim_t>(late.get()) + 8, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &tight) == 0);
  std::vector<Fd> fillers;
  while (true) {
    Fd filler{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    if (!filler) break;
    fillers.push_back(std::move(filler));
  }
  const auto connect = [&](const Fd& fd) {
    sockaddr_storage storage{};
    const socklen_t size = where.to(storage);
    CHECK(::connect(fd.get(), reinterpret_cast<sockaddr*>(&storage), size) == 0);
    ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
  };
  for (const Fd& client : clients) connect(client);
  for (const Fd& client : clients) CHECK(refused_or_closed(client, f.hand));
  CHECK(f.hand.net.counters().shed.get() == clients.size());
  CHECK(f.greeter.accepted == 1);
  put(old, "alive");
  CHECK(f.hand.until([&] { return f.greeter.owner.text == "alive"; }));

  const double cpu = cpu_seconds();
  const auto begin = junctor::loop::SteadyClock::instance().now();
  CHECK_FALSE(f.hand.until([] { return false; }, 300ms));
  const double wall = std::chrono::duration<double>(junctor::loop::SteadyClock::instance().now() - begin).count();
  CHECK(cpu_seconds() - cpu < wall * 0.3);

  fillers.clear();
  CHECK(setrlimit(RLIMIT_NOFILE, &before) == 0);
  connect(late);
  CHECK(f.hand.until([&] { return f.greeter.accepted == 2; }));
}

TEST_CASE("accepting is spread over loops in threads and every connection arrives") {
  junctor::loop::LoopSet loops{2};
  PipePool pipes;
  NetLoop first{loops.at(0), pipes};
  NetLoop second{loops.at(1), pipes};
  SocketStore store;
  struct Counting : AcceptEvents {
    void on_accept(ListenerGroup& /*listener*/, Stream& stream) override {
      stream.home()->loop().assert_here();
      total.fetch_add(1, std::memory_order_relaxed);
    }
    std::atomic<int> total{0};
  } counting;
  ListenerGroup group{store, {&first, &second}, std::span{&kLoopback, 1}, {}, counting};
  loops.start();
  group.start();
  std::vector<Fd> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(dial(group.addresses()[0]));
  const auto end = junctor::loop::SteadyClock::instance().now() + 20s;
  while (counting.total < 200 && junctor::loop::SteadyClock::instance().now() < end) loops.barrier();
  CHECK(counting.total == 200);
  group.close();
  loops.barrier();
  CHECK(first.counters().accepted.get() + second.counters().accepted.get() == 200);
  CHECK(first.counters().accepted.get() > 0);
  CHECK(second.counters().accepted.get() > 0);
  loops.stop();
}
