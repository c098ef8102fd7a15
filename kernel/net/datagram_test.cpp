// SPDX-License-Identifier: Apache-2.0
// Datagrams on loopback: batches, the address that was hit, bounds, and errors that must not stick.
#include "net/datagram.hpp"

#include <future>
#include <set>
#include <vector>

#include "loop/loop_set.hpp"
#include "net/send_batch.hpp"
#include "net/test_kit.hpp"

using namespace junctor::net;
using namespace junctor::net::test;
using namespace std::chrono_literals;

namespace {

struct Echo : DatagramEvents {
  void on_datagrams(DatagramGroup& group, std::span<const Datagram> batch) override {
    largest = std::max(largest, batch.size());
    for (const Datagram& one : batch) {
      ++count;
      last_local = one.local;
      last_user = one.socket;
      if (reply) CHECK(group.send(one.peer, one.local, one.bytes()) == Status::kOk);
    }
  }
  size_t largest = 0;
  size_t count = 0;
  uint64_t last_user = 0;
  Address last_local;
  bool reply = true;
};

Fd udp_socket(const Address& bind_to) {
  Fd fd = open_socket(bind_to.family, SOCK_DGRAM);
  sockaddr_storage storage{};
  const socklen_t size = bind_to.to(storage);
  REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&storage), size) == 0);
  return fd;
}

ssize_t send_to(const Fd& fd, const Address& to, std::string_view text) {
  sockaddr_storage storage{};
  const socklen_t size = to.to(storage);
  return ::sendto(fd.get(), text.data(), text.size(), 0, reinterpret_cast<sockaddr*>(&storage), size);
}

struct Received {
  std::string text;
  Address from;
};

bool receive_from(const Fd& fd, Received& out) {
  char buffer[65536];
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  const ssize_t got =
      ::recvfrom(fd.get(), buffer, sizeof buffer, MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&storage), &size);
  if (got < 0) return false;
  out = {{buffer, static_cast<size_t>(got)}, Address::from(reinterpret_cast<sockaddr*>(&storage), size)};
  return true;
}

struct Fixture {
  explicit Fixture(const Address& where = {}, const DatagramOptions& options = {})
      : group{store, {&hand.net}, std::span{&where, 1}, options, echo} {
    group.user = 77;
    group.start();
    hand.settle();
  }
  ~Fixture() { group.close(); }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;
  uint16_t port() const { return group.addresses()[0].port; }

  SocketStore store;
  Echo echo;
  HandLoop hand;
  DatagramGroup group;
};

}  // namespace

TEST_CASE("a reply leaves from the address that was hit, in both families") {
  Fixture f;
  REQUIRE(f.group.addresses().size() == 2);
  const Fd four = udp_socket(Address::v4(127, 0, 0, 1, 0));
  Received got;
  for (const uint8_t last : {uint8_t{1}, uint8_t{2}, uint8_t{77}}) {
    const Address target = Address::v4(127, 0, 0, last, f.port());
    send_to(four, target, "ping");
    CHECK(f.hand.until([&] { return receive_from(four, got); }));
    CHECK(got.from == target);
    CHECK(f.echo.last_local == target);
  }
  CHECK(f.echo.last_user == 77);
  const Fd six = udp_socket(*Address::parse("[::1]:0"));
  const Address target = Address::parse("[::1]:0")->with_port(f.port());
  send_to(six, target, "ping6");
  CHECK(f.hand.until([&] { return receive_from(six, got); }));
  CHECK(got.text == "ping6");
  CHECK(got.from == target);
}

TEST_CASE("a socket of one address knows it without being told") {
  Fixture f{Address::v4(127, 0, 0, 5, 0)};
  const Fd client = udp_socket(Address::v4(127, 0, 0, 1, 0));
  send_to(client, f.group.addresses()[0], "x");
  Received got;
  CHECK(f.hand.until([&] { return receive_from(client, got); }));
  CHECK(f.echo.last_local == f.group.addresses()[0]);
  CHECK(got.from == f.group.addresses()[0]);
}

TEST_CASE("what arrives together is given together, in order, and its answers too") {
  Fixture f{Address::v4(127, 0, 0, 1, 0), {.batch = 16}};
  const Fd client = udp_socket(Address::v4(127, 0, 0, 1, 0));
  for (int i = 0; i < 50; ++i) send_to(client, f.group.addresses()[0], std::to_string(i));
  CHECK(f.hand.until([&] { return f.echo.count == 50; }));
  CHECK(f.echo.largest == 16);
  Received got;
  for (int i = 0; i < 50; ++i) {
    REQUIRE(f.hand.until([&] { return receive_from(client, got); }));
    CHECK(got.text == std::to_string(i));
  }
  CHECK(f.hand.net.counters().datagrams_in.get() == 50);
  CHECK(f.hand.net.counters().datagrams_out.get() == 50);
}

TEST_CASE("a datagram longer than a slot is dropped and counted, an empty one is delivered") {
  Fixture f{Address::v4(127, 0, 0, 1, 0), {.slot = 100}};
  const Fd client = udp_socket(Address::v4(127, 0, 0, 1, 0));
  send_to(client, f.group.addresses()[0], std::string(101, 'x'));
  send_to(client, f.group.addresses()[0], "");
  send_to(client, f.group.addresses()[0], std::string(100, 'y'));
  CHECK(f.hand.until([&] { return f.echo.count == 2; }));
  CHECK(f.hand.net.counters().datagrams_truncated.get() == 1);
  Received got;
  CHECK(f.hand.until([&] { return receive_from(client, got) && got.text.size() == 100; }));
}

TEST_CASE("a datagram that the system refuses costs only itself") {
  Fixture f{Address::v4(127, 0, 0, 1, 0)};
  const Fd client = udp_socket(Address::v4(127, 0, 0, 1, 0));
  const Address to = local_address(client.get());
  CHECK(f.group.send(to, {}, bytes_of("one")) == Status::kOk);
  CHECK(f.group.send(to, {}, bytes_of(std::string(65'530, 'x'))) == Status::kOk);
  CHECK(f.group.send(Address::v4(255, 255, 255, 255, 9), {}, bytes_of("broadcast")) == Status::kOk);
  CHECK(f.group.send(to.with_port(0), {}, bytes_of("no port")) == Status::kOk);
  CHECK(f.group.send(to, {}, bytes_of("two")) == Status::kOk);
  Received got;
  REQUIRE(f.hand.until([&] { return receive_from(client, got); }));
  CHECK(got.text == "one");
  REQUIRE(f.hand.until([&] { return receive_from(client, got); }));
  CHECK(got.text == "two");
  const NetCounters& counters = f.hand.net.counters();
  CHECK(counters.datagrams_too_big.get() == 1);
  CHECK(counters.datagrams_denied.get() == 1);
  CHECK(counters.datagrams_failed.get() == 1);
  CHECK(counters.datagrams_out.get() == 2);
}

TEST_CASE("more datagrams than the batch holds are sent in several, and none to a family without a socket") {
  Fixture f{Address::v4(127, 0, 0, 1, 0), {.send_queue = 8}};
  const Fd client = udp_socket(Address::v4(127, 0, 0, 1, 0));
  const Address to = local_address(client.get());
  f.hand.loop.post([&] {
    for (int i = 0; i < 30; ++i) CHECK(f.group.send(to, {}, bytes_of(std::to_string(i))) == Status::kOk);
  });
  Received got;
  for (int i = 0; i < 30; ++i) {
    REQUIRE(f.hand.until([&] { return receive_from(client, got); }));
    CHECK(got.text == std::to_string(i));
  }
  CHECK(f.group.send(*Address::parse("[::1]:9"), {}, bytes_of("x")) == Status::kState);
}

TEST_CASE("a full batch refuses and counts nothing as sent") {
  const Fd fd = udp_socket(Address::v4(127, 0, 0, 1, 0));
  SendBatch batch{fd.get(), false, 2, 100};
  const Address to = local_address(fd.get());
  CHECK(batch.add(to, {}, bytes_of(std::string(60, 'a'))));
  CHECK_FALSE(batch.add(to, {}, bytes_of(std::string(60, 'b'))));
  CHECK(batch.add(to, {}, bytes_of("c")));
  CHECK_FALSE(batch.add(to, {}, bytes_of("")));
  NetCounters counters;
  CHECK(batch.flush(counters));
  CHECK(batch.empty());
  CHECK(counters.datagrams_out.get() == 2);
  CHECK(counters.datagram_bytes_out.get() == 61);
}

TEST_CASE("datagram sockets are adopted with what is queued in them") {
  SocketStore store;
  Echo echo;
  HandLoop hand;
  const Address where = Address::v4(127, 0, 0, 1, 0);
  auto first =
      std::make_unique<DatagramGroup>(store, std::vector{&hand.net}, std::span{&where, 1}, DatagramOptions{}, echo);
  const Address bound = first->addresses()[0];
  first->close();
  first.reset();
  const Fd client = udp_socket(Address::v4(127, 0, 0, 1, 0));
  send_to(client, bound, "meanwhile");
  DatagramGroup second{store, {&hand.net}, std::span{&where, 1}, {}, echo};
  second.start();
  CHECK(hand.until([&] { return echo.count == 1; }));
  CHECK(second.addresses()[0] == bound);
  second.close();
}

TEST_CASE("a dense stream of single datagrams is read in batches where a pause is allowed, and none is lost") {
  for (const auto pause : {0us, 200us}) {
    Fixture f{Address::v4(127, 0, 0, 1, 0)};
    f.hand.net.set_datagram_pause(pause);
    f.echo.reply = false;
    const Fd client = udp_socket(Address::v4(127, 0, 0, 1, 0));
    size_t sent = 0;
    const auto patience = std::chrono::steady_clock::now() + 20s;
    while (f.echo.largest < 4 && sent < 20'000 && std::chrono::steady_clock::now() < patience) {
      sent += send_to(client, f.group.addresses()[0], "x") == 1 ? 1 : 0;
      f.hand.loop.run_once(0ms);
    }
    CHECK((f.echo.largest >= 4) == (pause > 0us));
    CHECK(f.hand.until([&] { return f.echo.count == sent; }));
    send_to(client, f.group.addresses()[0], "a lone one, later");
    CHECK(f.hand.until([&] { return f.echo.count == sent + 1; }));
  }
}

TEST_CASE("a group closed in the middle of a pause reads no more") {
  Fixture f{Address::v4(127, 0, 0, 1, 0)};
  f.hand.net.set_datagram_pause(1ms);
  const Fd client = udp_socket(Address::v4(127, 0, 0, 1, 0));
  const auto patience = std::chrono::steady_clock::now() + 20s;
  while (f.echo.largest < 4 && std::chrono::steady_clock::now() < patience) {
    send_to(client, f.group.addresses()[0], "x");
    f.hand.loop.run_once(0ms);
  }
  REQUIRE(f.echo.largest >= 4);
  send_to(client, f.group.addresses()[0], "x");
  f.group.close();
  const size_t before = f.echo.count;
  for (int i = 0; i < 5; ++i) f.hand.loop.run_once(1ms);
  CHECK(f.echo.count == before);
}

/// Two loops on threads of their own, and a group that answers on both.
struct TwoLoops {
  struct ThreadedEcho : DatagramEvents {
    void on_datagrams(DatagramGroup& from, std::span<const Datagram> batch) override {
      for (const Datagram& one : batch) from.send(one.peer, one.local, one.bytes());
    }
  };

  ~TwoLoops() {
    group.close();
    loops.barrier();
    loops.stop();
  }
  /// Each asks once and is answered.
  void ask(const std::vector<Fd>& clients) const {
    for (const Fd& client : clients) {
      send_to(client, target, "x");
      pollfd ready{client.get(), POLLIN, 0};
      Received got;
      CHECK(::poll(&ready, 1, 10'000) == 1);
      CHECK(receive_from(client, got));
      CHECK(got.from == target);
    }
  }

  ThreadedEcho echo;
  junctor::loop::LoopSet loops{2};
  PipePool pipes;
  NetLoop first{loops.at(0), pipes};
  NetLoop second{loops.at(1), pipes};
  SocketStore store;
  Address where;
  DatagramGroup group{store, {&first, &second}, std::span{&where, 1}, {}, echo};
  Address target = Address::v4(127, 0, 0, 1, group.addresses()[0].port);
};

std::vector<Fd> clients(int count) {
  std::vector<Fd> out;
  for (int i = 0; i < count; ++i) out.push_back(udp_socket(Address::v4(127, 0, 0, 1, 0)));
  return out;
}

TEST_CASE("a group whose sockets a successor has received answers what had come, and receives no more") {
  TwoLoops two;
  two.loops.start();
  two.group.start();
  two.loops.barrier();
  two.group.close();
  two.loops.barrier();
  two.group.release();
  const Fd client = udp_socket(Address::v4(127, 0, 0, 1, 0));
  TwoLoops::ThreadedEcho other;
  DatagramGroup successor{two.store, {&two.first}, std::span{&two.target, 1}, {}, other};
  const Address peer = local_address(client.get());
  Status sent = Status::kState;
  two.loops.run_on(1, [&] { sent = two.group.send(peer, two.target, std::as_bytes(std::span{"late", 4})); });
  CHECK(sent == Status::kOk);
  pollfd ready{client.get(), POLLIN, 0};
  Received got;
  CHECK(::poll(&ready, 1, 10'000) == 1);
  CHECK(receive_from(client, got));
  CHECK(got.from == two.target);
  successor.close();
  two.loops.barrier();
}

TEST_CASE("while one loop has time for all, it alone reads and answers") {
  TwoLoops two;
  two.loops.start();
  two.group.start();
  two.loops.barrier();
  two.ask(clients(32));
  CHECK(two.first.counters().datagrams_in.get() == 32);
  CHECK(two.second.counters().datagrams_in.get() == 0);
}

TEST_CASE("more than one loop takes goes to all of them, and each answers from its own socket") {
  TwoLoops two;
  const auto some = clients(32);
  const DatagramOptions options;
  const size_t turn = size_t{options.batch} * options.batches_per_turn;
  two.group.start();
  two.loops.start();
  two.loops.barrier();
  const auto patience = std::chrono::steady_clock::now() + 20s;
  while (two.second.counters().datagrams_in.get() == 0 && std::chrono::steady_clock::now() < patience) {
    // What comes while the loop is held is there all at once.
    std::promise<void> go_on;
    two.loops.at(0).post([held = go_on.get_future().share()] { held.wait(); });
    for (size_t i = 0; i < 6 * turn; ++i) send_to(some[i % some.size()], two.target, "x");
    go_on.set_value();
    two.loops.barrier();
    for (const Fd& client : some) {
      Received got;
      while (receive_from(client, got)) {
      }
    }
  }
  CHECK(two.first.counters().datagrams_in.get() > 0);
  CHECK(two.second.counters().datagrams_in.get() > 0);
}
