// SPDX-License-Identifier: Apache-2.0
// The relay's limits with real sockets: fair shares, changes while sessions run, blocks, tickets. One thread a flood.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

#include "site.hpp"

namespace junctor::site {
namespace {

using testing::patient;

constexpr double kMbit = 1e6;

wire::TcpClient side(Site& site, const std::string& from, const std::string& uuid, const std::string& id = "") {
  wire::TcpClient client = site.dial(from, 1);
  hbb::RequestRelay request;
  request.set_uuid(uuid);
  request.set_licence_key(site.key());
  request.set_id(id);
  client.send(request);
  return client;
}

/// Whether bytes pass between the two.
bool joined(wire::TcpClient& a, wire::TcpClient& b) {
  b.send_raw("hello");
  return a.receive_exactly(5, patient(wire::kPatience)) == "hello";
}

/// Sessions in each of which B sends as fast as it may, or at a pace of its own. One thread moves all their bytes.
class Flood {
 public:
  explicit Flood(Site& site) : site_{site} {}
  ~Flood() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }

  /// `pace`: bits a second; 0: greedy.
  void add(double pace = 0) {
    const size_t n = flows_.size();
    const std::string number = std::to_string(n), host = std::to_string(n + 10);
    auto flow = std::make_unique<Flow>(side(site_, "127.0.1." + host, "flood-" + number),
                                       side(site_, "127.0.2." + host, "flood-" + number, "77" + number), pace);
    REQUIRE(joined(flow->a, flow->b));
    fcntl(flow->a.fd(), F_SETFL, O_NONBLOCK);
    fcntl(flow->b.fd(), F_SETFL, O_NONBLOCK);
    flows_.push_back(std::move(flow));
  }
  void start() {
    thread_ = std::thread{[this] { run(); }};
  }
  /// Bits a second that reached A of each session, over `time`.
  std::vector<double> measure(Millis time) {
    std::vector<double> rates;
    for (const auto& flow : flows_) rates.push_back(-static_cast<double>(flow->arrived));
    const auto begin = std::chrono::steady_clock::now();
    std::this_thread::sleep_for(time);
    const std::chrono::duration<double> past = std::chrono::steady_clock::now() - begin;
    for (size_t i = 0; i < rates.size(); ++i) {
      rates[i] = (rates[i] + static_cast<double>(flows_[i]->arrived)) * 8 / past.count();
    }
    return rates;
  }

 private:
  struct Flow {
    wire::TcpClient a, b;
    const double pace;
    std::atomic<uint64_t> arrived{0};
    double owed = 0;  // bytes that its pace still allows
    Flow(wire::TcpClient one, wire::TcpClient other, double rate)
        : a{std::move(one)}, b{std::move(other)}, pace{rate} {}
  };

  void run() {
    std::vector<char> buffer(65536, 'x');
    auto before = std::chrono::steady_clock::now();
    while (!stop_) {
      std::this_thread::sleep_for(Millis{2});
      const auto now = std::chrono::steady_clock::now();
      const double seconds = std::chrono::duration<double>(now - before).count();
      before = now;
      for (const auto& flow : flows_) pump(*flow, seconds, buffer);
    }
  }
  static void pump(Flow& flow, double seconds, std::vector<char>& buffer) {
    flow.owed = flow.pace == 0 ? 1e6 : std::min(flow.owed + flow.pace / 8 * seconds, 1e6);
    while (flow.owed >= 1) {
      const ssize_t sent = write(flow.b.fd(), buffer.data(), std::min(buffer.size(), static_cast<size_t>(flow.owed)));
      if (sent <= 0) break;
      flow.owed -= static_cast<double>(sent);
    }
    for (ssize_t got = 1; got > 0;) {
      got = read(flow.a.fd(), buffer.data(), buffer.size());
      if (got > 0) flow.arrived += static_cast<uint64_t>(got);
    }
  }

  Site& site_;
  std::vector<std::unique_ptr<Flow>> flows_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

double sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

/// Jain's index.
double fairness(const std::vector<double>& values) {
  const double squares = std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
  return sum(values) * sum(values) / (static_cast<double>(values.size()) * squares);
}

TEST_CASE("eight greedy sessions share total_rate evenly, and modest ones have what they want") {
  Site site{"[relay]\ntotal_rate = \"80Mbit\"\n"};
  site.start();
  Flood flood{site};
  for (int i = 0; i < 8; ++i) flood.add();
  flood.add(1 * kMbit);
  flood.add(2 * kMbit);
  flood.start();
  flood.measure(patient(Millis{3000}));
  const std::vector<double> rates = flood.measure(patient(Millis{4000}));
  const std::vector<double> greedy{rates.begin(), rates.begin() + 8};
  MESSAGE("Jain's fairness index of 8 greedy sessions: ", fairness(greedy), "; in all ", sum(rates) / kMbit,
          " of 80 Mbit; the modest: ", rates[8] / kMbit, " and ", rates[9] / kMbit);
  CHECK(fairness(greedy) > 0.99);
  CHECK(sum(rates) > 70 * kMbit);
  CHECK(sum(rates) < 86 * kMbit);
  CHECK(rates[8] > 0.9 * kMbit);
  CHECK(rates[9] > 1.8 * kMbit);
  CHECK(site.server().ctl("relay").row("limit", "total")->getValue<uint64_t>("now") > 60'000'000);
}

TEST_CASE("a lone session gets everything, and what the operator changes holds at once") {
  Site site{"[relay]\ntotal_rate = \"80Mbit\"\n"};
  site.start();
  Flood flood{site};
  flood.add();
  flood.start();
  flood.measure(patient(Millis{500}));
  const double alone = flood.measure(patient(Millis{2000}))[0];
  MESSAGE("alone: ", alone / kMbit, " of 80 Mbit");
  CHECK(alone > 70 * kMbit);
  REQUIRE(site.server().ctl("relay", {"limit", "total", "16Mbit", "--keep"}).ok);
  flood.measure(patient(Millis{1000}));
  const double changed = flood.measure(patient(Millis{2000}))[0];
  MESSAGE("after `relay limit total 16Mbit`: ", changed / kMbit);
  CHECK(changed > 13 * kMbit);
  CHECK(changed < 18 * kMbit);
}

TEST_CASE("what was to be kept is there after a restart, and what was not is gone") {
  Site site{"[relay]\ntotal_rate = \"80Mbit\"\n"};
  site.start();
  REQUIRE(site.server().ctl("relay", {"limit", "total", "16Mbit", "--keep"}).ok);
  REQUIRE(site.server().ctl("relay", {"limit", "address", "5Mbit"}).ok);
  REQUIRE(site.server().ctl("relay", {"block", "192.0.2.7", "--keep"}).ok);
  site.server().restart();
  const testing::Answer shown = site.server().ctl("relay");
  CHECK(shown.row("limit", "total")->getValue<std::string>("rate") == "16Mbit");
  CHECK(shown.row("limit", "address")->getValue<std::string>("rate") == "none");
  CHECK(shown.text.find("192.0.2.7") != std::string::npos);
}

TEST_CASE("a block ends the sessions of an address and refuses new ones, in lines that tell it") {
  Site site;
  site.start();
  wire::TcpClient a = side(site, "127.0.0.2", "u"), b = side(site, "127.0.0.3", "u", "123456789");
  REQUIRE(joined(a, b));
  REQUIRE(site.server().ctl("relay", {"block", "127.0.0.2"}).ok);
  CHECK(a.wait_end(patient(wire::kPatience)));
  CHECK(b.wait_end(patient(wire::kPatience)));
  CHECK(site.server().log_has("event=relay.stop", "reason=blocked"));
  wire::TcpClient late = side(site, "127.0.0.2", "v");
  CHECK(late.wait_end(patient(wire::kPatience)));
  // As share/fail2ban has it: the address stands before all that a client can choose.
  CHECK(site.server().log_has(" plugin=relay event=relay.refused reason=blocked peer=127.0.0.2:"));
  REQUIRE(site.server().ctl("relay", {"unblock", "127.0.0.2"}).ok);
  wire::TcpClient c = side(site, "127.0.0.2", "w"), d = side(site, "127.0.0.3", "w");
  CHECK(joined(c, d));
}

TEST_CASE("the stock's blocklist.txt in the data directory is heeded, and read again by a reload") {
  Site site;
  site.server().files().write("data/blocklist.txt", "127.0.0.9\n");
  site.start();
  CHECK(side(site, "127.0.0.9", "u").wait_end(patient(wire::kPatience)));
  site.server().files().write("data/blocklist.txt", "127.0.0.8\n");
  site.server().reload();
  CHECK(side(site, "127.0.0.8", "v").wait_end(patient(wire::kPatience)));
  wire::TcpClient a = side(site, "127.0.0.9", "w"), b = side(site, "127.0.0.3", "w");
  CHECK(joined(a, b));
}

TEST_CASE("with tickets required the relay joins what signalling has passed on, and nothing else") {
  Site site{"[relay]\ntickets = \"require\"\n"};
  site.start();
  wire::TcpClient a = side(site, "127.0.0.2", "made-up", "123456789"), b = side(site, "127.0.0.3", "made-up");
  CHECK(a.wait_end(patient(wire::kPatience)));
  CHECK(b.wait_end(patient(wire::kPatience)));
  CHECK(site.metric("relay", "refused", "reason=no_ticket") == 2);

  Device device{site, "127.0.0.3"};
  wire::TcpClient asking = site.dial("127.0.0.2");
  hbb::RequestRelay request;
  request.set_id(device.id());
  request.set_uuid("passed-on");
  asking.send(request);
  REQUIRE(device.pushed(patient(wire::kPatience)).request_relay().uuid() == "passed-on");
  wire::TcpClient c = side(site, "127.0.0.2", "passed-on", device.id()), d = side(site, "127.0.0.3", "passed-on");
  CHECK(joined(c, d));
}

TEST_CASE("`sessions` shows both ends, B's id and a guess at A's, and what passes") {
  Site site;
  site.start();
  const Device a_device{site, "127.0.0.2"};
  wire::TcpClient a = side(site, "127.0.0.2", "u", "123456789"), b = side(site, "127.0.0.3", "u");
  REQUIRE(joined(a, b));
  const auto row = site.server().ctl("sessions").row("id", "123456789");
  REQUIRE(row);
  CHECK(row->getValue<std::string>("a") == a.local_address().text());
  CHECK(row->getValue<std::string>("b") == b.local_address().text());
  CHECK(row->getValue<std::string>("a_id") == "~" + a_device.id());
  CHECK(row->getValue<std::string>("transport") == "tcp-tcp");
  CHECK(row->getValue<uint64_t>("bytes_ba") == 5);
  REQUIRE(site.server().ctl("sessions", {"end", row->getValue<std::string>("session")}).ok);
  CHECK(a.wait_end(patient(wire::kPatience)));
  CHECK(site.server().log_has("event=relay.stop", "reason=operator"));
}

TEST_CASE("a site checks its own relay without a word in the log, tickets or not") {
  Site site{"[relay]\ntickets = \"require\"\n[holepunch]\nhealth_interval = \"100ms\"\n"};
  site.server().conf("95-relays",
                     "[[holepunch.relay]]\naddress = \"127.0.0.1:" + std::to_string(site.server().port(1)) +
                         "\"\ncheck_address = \"127.0.0.1:" + std::to_string(site.server().port(1)) + "\"\n");
  site.start();
  CHECK(testing::eventually([&] { return site.metric("relay", "paired") > 2; }));
  CHECK(site.server().log().find("relay.start") == std::string::npos);
  CHECK(site.server().log().find("relay.refused") == std::string::npos);
}

}  // namespace
}  // namespace junctor::site
