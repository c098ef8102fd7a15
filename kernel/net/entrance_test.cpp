// SPDX-License-Identifier: Apache-2.0
// Listeners that expect PROXY headers and TLS, and those who do not keep to it.
#include "net/listener.hpp"
#include "net/tls_kit.hpp"

using namespace junctor::net;
using namespace junctor::net::test;
using namespace std::chrono_literals;

namespace {

struct Greeter : AcceptEvents {
  void on_accept(ListenerGroup& /*listener*/, Stream& stream) override {
    ++accepted;
    peer = stream.peer().to_string();
    proxied = stream.proxied();
    tls = stream.tls();
    stream.attach(owner);
  }
  void on_refused(ListenerGroup& /*listener*/, const Address& from, Refusal why, const char* what) override {
    ++refused;
    peer = from.to_string();
    reason = refusal_name(why);
    detail = what;
  }
  Recorder owner;
  int accepted = 0;
  int refused = 0;
  std::string peer;
  std::string reason;
  std::string detail;
  bool proxied = false;
  bool tls = false;
};

const Address kLoopback = Address::v4(127, 0, 0, 1, 0);
const std::string kHeader = "PROXY TCP4 198.51.100.7 203.0.113.1 4711 443\r\n";

EntranceOptions tls_only() {
  EntranceOptions options;
  options.tls = any_context();
  return options;
}

EntranceOptions proxy_only(const char* trusted = "127.0.0.1/32") {
  EntranceOptions options;
  options.trusted_proxies = {*Network::parse(trusted)};
  return options;
}

struct Fixture {
  explicit Fixture(const EntranceOptions& entrance, const LimitOptions& limits = {})
      : group{store, {&hand.net}, std::span{&kLoopback, 1}, options_of(entrance, limits), greeter} {
    greeter.owner.data_hook = [this](Stream& stream, std::span<const std::byte> data, size_t& consumed) {
      greeter.owner.text += text_of(data);
      consumed = data.size();
      return stream.send(data);
    };
    greeter.owner.end_hook = [](Stream& stream) { return stream.close(); };
    group.start();
    hand.settle();
  }
  ~Fixture() { group.close(); }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;

  static ListenOptions options_of(const EntranceOptions& entrance, const LimitOptions& limits) {
    ListenOptions options;
    options.entrance = entrance;
    options.limits = limits;
    return options;
  }
  Fd dial_in() { return dial(group.addresses()[0]); }
  bool refused(int count, const std::string& why) {
    return hand.until([&] { return greeter.refused == count; }) && greeter.reason == why;
  }
  bool accepted(int count) {
    return hand.until([&] { return greeter.accepted == count; });
  }
  bool shaken(TlsClient& client) {
    return hand.until([&] { return client.handshake(); });
  }
  uint64_t count(Refusal reason) { return group.limits().refused(reason); }

  SocketStore store;
  Greeter greeter;
  HandLoop hand;
  ListenerGroup group;
};

bool ended(const Fd& fd, HandLoop& hand, Sink& sink) {
  return hand.until([&] { return sink.pull(fd), sink.ended; });
}

}  // namespace

TEST_CASE("where the silent hold all places, the oldest of the largest client gives way to another client") {
  EntranceOptions options = tls_only();
  options.most = 8;
  Fixture f{options};
  std::vector<Fd> silent;
  for (int i = 0; i < 9; ++i) silent.push_back(f.dial_in());
  CHECK(f.refused(1, "max_handshakes"));  // the same client's ninth
  TlsClient honest{dial(f.group.addresses()[0], "127.0.0.2"), TLS1_3_VERSION};
  CHECK(f.shaken(honest));
  CHECK(f.accepted(1));
  CHECK(f.refused(2, "max_handshakes"));
}

TEST_CASE("a TLS listener serves TLS 1.2 and 1.3") {
  Fixture f{tls_only()};
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client{f.dial_in(), version};
    CHECK(f.shaken(client));
    client.put("hello");
    CHECK(f.hand.until([&] { return client.pull(), client.text == "hello"; }));
    CHECK(client.peer_name() == "test.example");
    CHECK(f.greeter.tls);
    CHECK_FALSE(f.greeter.proxied);
  }
  CHECK(f.greeter.accepted == 2);
}

TEST_CASE("with 1.3 as the oldest version a 1.2 client is refused and counted") {
  EntranceOptions options;
  options.tls = TlsContext::make(material_of(junctor::testing::make_certificate("new.example")), TlsVersion::k13);
  Fixture f{options};
  TlsClient old{f.dial_in(), TLS1_2_VERSION};
  CHECK(f.hand.until([&] { return old.handshake(), old.error != 0; }));
  CHECK(f.refused(1, "tls_handshake"));
  CHECK(f.greeter.detail == "unsupported protocol");
  CHECK(f.count(Refusal::kTls) == 1);
}

TEST_CASE("http/1.1 is chosen where it is offered, and other offers are no fault") {
  Fixture f{tls_only()};
  const std::pair<std::string, std::string> cases[] = {{"\x02h2\x08http/1.1", "http/1.1"}, {"\x02h2", ""}};
  for (const auto& [offer, chosen] : cases) {
    TlsClient client{f.dial_in()};
    SSL_set_alpn_protos(client.raw(), reinterpret_cast<const unsigned char*>(offer.data()),
                        static_cast<unsigned>(offer.size()));
    CHECK(f.shaken(client));
    const unsigned char* got = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(client.raw(), &got, &size);
    CHECK(std::string(reinterpret_cast<const char*>(got), size) == chosen);
  }
}

TEST_CASE("a plain client of a TLS listener is closed with a FIN") {
  Fixture f{tls_only()};
  const Fd client = f.dial_in();
  put(client, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  Sink sink;
  CHECK(ended(client, f.hand, sink));
  CHECK(f.refused(1, "tls_handshake"));
  CHECK(f.greeter.detail == "http request");
  CHECK(f.greeter.accepted == 0);
  CHECK(f.group.limits().open() == 0);
}

TEST_CASE("a handshake that trickles in byte by byte succeeds in time and is refused after it") {
  EntranceOptions options = tls_only();
  options.timeout = 300ms;
  Fixture f{options};
  BIO* captured = BIO_new(BIO_s_mem());
  TlsClient probe{f.dial_in()};
  SSL_set0_wbio(probe.raw(), captured);
  CHECK_FALSE(probe.handshake());
  BIO_up_ref(captured);
  const std::string hello = junctor::testing::take_text(captured);
  for (const char byte : hello) {
    put(probe.fd(), {&byte, 1});
    f.hand.settle();
  }
  Sink answer;
  CHECK(f.hand.until([&] { return answer.pull(probe.fd()), !answer.text.empty(); }));
  CHECK(answer.text[0] == '\x16');

  const Fd slow = f.dial_in();
  put(slow, hello.substr(0, 100));
  Sink sink;
  CHECK(ended(slow, f.hand, sink));
  CHECK(f.hand.until([&] { return f.count(Refusal::kHandshakeTimeout) == 2; }));
  CHECK(f.greeter.accepted == 0);
  CHECK(f.group.limits().open() == 0);
}

TEST_CASE("handshakes under way are bounded, and places come back") {
  EntranceOptions options = tls_only();
  options.most = 4;
  options.timeout = 300ms;
  Fixture f{options};
  std::vector<Fd> idle;
  for (int i = 0; i < 10; ++i) idle.push_back(f.dial_in());
  CHECK(f.hand.until([&] { return f.count(Refusal::kHandshakes) == 6; }));
  CHECK(f.hand.until([&] { return f.count(Refusal::kHandshakeTimeout) == 4; }));
  TlsClient client{f.dial_in()};
  CHECK(f.shaken(client));
  CHECK(f.accepted(1));
}

TEST_CASE("a flood is let in over several turns of the loop") {
  Fixture f{proxy_only()};
  std::vector<Fd> clients;
  for (int i = 0; i < 40; ++i) {
    clients.push_back(f.dial_in());
    put(clients.back(), kHeader);
  }
  int most = 0;
  CHECK(f.hand.until([&] {
    const int before = f.greeter.accepted;
    f.hand.loop.run_once(0ms);
    most = std::max(most, f.greeter.accepted - before);
    return f.greeter.accepted == 40;
  }));
  CHECK(most <= 8);
}

TEST_CASE("a new certificate is for new connections, and an old one goes on") {
  Fixture f{tls_only()};
  TlsClient before{f.dial_in()};
  CHECK(f.shaken(before));
  f.group.entrance().set_tls(
      TlsContext::make(material_of(junctor::testing::make_certificate("fresh.example")), TlsVersion::k12));
  TlsClient after{f.dial_in()};
  CHECK(f.shaken(after));
  CHECK(before.peer_name() == "test.example");
  CHECK(after.peer_name() == "fresh.example");
  before.put("old");
  after.put("new");
  CHECK(f.hand.until([&] { return before.pull(), after.pull(), before.text == "old" && after.text == "new"; }));
}

TEST_CASE("a listener that closes lets go of what is under way") {
  Fixture f{tls_only()};
  const Fd one = f.dial_in();
  const Fd two = f.dial_in();
  CHECK(f.hand.until([&] { return f.group.limits().open() == 2; }));
  f.group.close();
  Sink sink;
  CHECK(ended(one, f.hand, sink));
  CHECK(f.group.limits().open() == 0);
}

TEST_CASE("a trusted proxy names the client, with any bytes behind its header") {
  Fixture f{proxy_only()};
  const Fd client = f.dial_in();
  put(client, kHeader + "hello");
  CHECK(f.accepted(1));
  CHECK(f.greeter.peer == "198.51.100.7:4711");
  CHECK(f.greeter.proxied);
  Sink sink;
  CHECK(f.hand.until([&] { return sink.pull(client), sink.text == "hello"; }));
}

TEST_CASE("a PROXY header may come byte by byte") {
  Fixture f{proxy_only()};
  const Fd client = f.dial_in();
  for (const char byte : kHeader) {
    put(client, {&byte, 1});
    f.hand.settle();
    if (byte != '\n') CHECK(f.greeter.accepted == 0);
  }
  CHECK(f.accepted(1));
  put(client, "hello");
  CHECK(f.hand.until([&] { return f.greeter.owner.text == "hello"; }));
}

TEST_CASE("a header that names nobody leaves the proxy's own address") {
  Fixture f{proxy_only()};
  const Fd client = f.dial_in();
  put(client, "PROXY UNKNOWN\r\n");
  CHECK(f.accepted(1));
  CHECK(f.greeter.peer == local_address(client.get()).to_string());
  CHECK_FALSE(f.greeter.proxied);
}

TEST_CASE("a trusted proxy's connection without a good header is closed and counted") {
  Fixture f{proxy_only()};
  const Fd wrong = f.dial_in();
  put(wrong, "hello\n");
  Sink sink;
  CHECK(ended(wrong, f.hand, sink));
  CHECK(f.refused(1, "proxy_header"));
  f.dial_in().reset();
  CHECK(f.refused(2, "proxy_header"));
  CHECK(f.count(Refusal::kProxyHeader) == 2);
  CHECK(f.greeter.accepted == 0);
}

TEST_CASE("who is no trusted proxy is served as it comes, and its bytes are its own") {
  Fixture f{proxy_only("198.51.100.0/24")};
  const Fd client = f.dial_in();
  put(client, kHeader);
  CHECK(f.hand.until([&] { return f.greeter.owner.text == kHeader; }));
  CHECK(f.greeter.peer == local_address(client.get()).to_string());
  CHECK_FALSE(f.greeter.proxied);
}

TEST_CASE("a header that never comes is waited for no longer than the timeout") {
  EntranceOptions options = proxy_only();
  options.timeout = 100ms;
  Fixture f{options};
  const Fd client = f.dial_in();
  put(client, "PROXY ");
  Sink sink;
  CHECK(ended(client, f.hand, sink));
  CHECK(f.refused(1, "handshake_timeout"));
}

TEST_CASE("limits count the client that the proxy names, not the proxy") {
  Fixture f{proxy_only(), {.max_per_source = 1}};
  std::vector<Fd> clients;
  for (int i = 1; i <= 3; ++i) {
    clients.push_back(f.dial_in());
    put(clients.back(), "PROXY TCP4 198.51.100." + std::to_string(i) + " 203.0.113.1 4711 443\r\n");
  }
  CHECK(f.accepted(3));
  const Fd again = f.dial_in();
  put(again, "PROXY TCP4 198.51.100.2 203.0.113.1 4712 443\r\n");
  Sink sink;
  CHECK(ended(again, f.hand, sink));
  CHECK(f.refused(1, "max_per_source"));
  CHECK(f.count(Refusal::kSourceConnections) == 1);
  clients[1].reset();
  CHECK(f.hand.until([&] { return f.group.limits().open() == 2; }));
  clients[1] = f.dial_in();
  put(clients[1], "PROXY TCP4 198.51.100.2 203.0.113.1 4713 443\r\n");
  CHECK(f.accepted(4));
}

TEST_CASE("the header comes before TLS") {
  EntranceOptions options = proxy_only();
  options.tls = any_context();
  Fixture f{options};
  Fd fd = f.dial_in();
  put(fd, kHeader);
  TlsClient client{std::move(fd)};
  CHECK(f.shaken(client));
  client.put("hello");
  CHECK(f.hand.until([&] { return client.pull(), client.text == "hello"; }));
  CHECK(f.greeter.peer == "198.51.100.7:4711");
  CHECK(f.greeter.proxied);
  CHECK(f.greeter.tls);
}
