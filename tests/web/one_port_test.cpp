// SPDX-License-Identifier: Apache-2.0
// A site of whose host nothing but TCP port 443 can be reached, and clients on another host: both are network
// namespaces with a cable in between. Needs root.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "program.hpp"
#include "site.hpp"
#include "support/certificate.hpp"
#include "web_socket.hpp"

namespace junctor::web {
namespace {

using site::Site;
using testing::LineClient;
using testing::TlsClient;

constexpr const char* kServerIp = "10.77.0.1";
constexpr const char* kBrowser = "/usr/bin/chromium";
constexpr Millis kBrowserStart{60'000};

/// Two hosts; they go with it.
struct Cable {
  Cable() {
    const std::string text =
        "set -e\nip netns add " + server + "\nip netns add " + client + "\nip -n " + server +
        " link add wire type veth peer name wire netns " + client + "\nfor at in '" + server + " 1' '" + client +
        " 2'; do set -- $at\n"
        "ip -n $1 link set lo up\nip -n $1 addr add 10.77.0.$2/24 dev wire\nip -n $1 link set wire up\ndone\n"
        "ip netns exec " +
        server +
        " nft -f - <<'END'\n"
        "table inet one {\nchain in {\ntype filter hook input priority 0; policy drop;\n"
        "iif lo accept\nct state established,related accept\ntcp dport 443 accept\n"
        "meta l4proto tcp reject with tcp reset\n}\n}\nEND\n";
    const testing::Finished done = testing::run({"bash", "-c", text});
    failure = done.code == 0 ? "" : done.err;
  }
  ~Cable() { testing::run({"bash", "-c", "ip netns del " + server + "; ip netns del " + client}); }
  Cable(const Cable&) = delete;
  Cable& operator=(const Cable&) = delete;

  std::string server = "one-port-s" + std::to_string(::getpid());
  std::string client = "one-port-c" + std::to_string(::getpid());
  std::string failure;
};

/// While it lives, what this thread opens and starts is in that namespace.
class Inside {
 public:
  explicit Inside(const std::string& space) : home_{::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)} {
    const int there = ::open(("/run/netns/" + space).c_str(), O_RDONLY | O_CLOEXEC);
    entered_ = there >= 0 && ::setns(there, CLONE_NEWNET) == 0;
    ::close(there);
  }
  ~Inside() {
    ::setns(home_, CLONE_NEWNET);
    ::close(home_);
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  bool entered() const { return entered_; }

 private:
  int home_;
  bool entered_ = false;
};

struct Wss {
  explicit Wss(const std::string& path) : tls{LineClient{kServerIp, 443}} {
    if (!tls.handshake()) throw std::runtime_error{"no TLS on 443"};
    socket.emplace(tls, path, "");
  }
  WebSocket<TlsClient>* operator->() { return &*socket; }

  TlsClient tls;
  std::optional<WebSocket<TlsClient>> socket;
};

std::string page(const std::string& url) {
  const testing::TempDir dir;
  return testing::run({"env", "HOME=" + dir.path(), "TMPDIR=" + dir.path(), kBrowser, "--headless", "--no-sandbox",
                       "--disable-gpu", "--disable-dev-shm-usage", "--incognito", "--no-first-run",
                       "--disable-background-networking", "--disable-component-update", "--ignore-certificate-errors",
                       "--user-data-dir=" + dir.file("profile"),
                       std::string{"--host-resolver-rules=MAP rd.example.org "} + kServerIp, "--dump-dom", url},
                      kBrowserStart)
      .out;
}

}  // namespace

TEST_CASE("through TCP 443 alone a WebSocket client registers, is reached and relays, and a page loads in Chromium") {
  need_program(kBrowser);
  if (::geteuid() != 0) {
    MESSAGE("skipped: needs root");
    return;
  }
  const Cable cable;
  REQUIRE(cable.failure == "");
  testing::ServerOptions options;
  options.wrapper = {"ip", "netns", "exec", cable.server};
  Site site{
      "[http]\nlisten = [\":P-2\", { address = \":443\", tls = { certificate = \"c.pem\", key = \"k.pem\" } }]\n"
      "[ws_bridge]\n[metrics]\nlisten = []\nallow = [\"10.77.0.0/24\"]\n",
      options};
  const testing::Certificate pair = testing::make_certificate("rd.example.org");
  site.server().files().write("data/c.pem", pair.certificate);
  site.server().files().write("data/k.pem", pair.key);
  site.start();
  const std::string key = site.key();

  const Inside inside{cable.client};
  REQUIRE(inside.entered());
  for (const int offset : {-2, 0, 1, 2, 3}) {
    CHECK_FALSE(LineClient::try_connect(kServerIp, site.server().port(offset)));
  }

  const wire::Peer peer = wire::Peer::make();
  Wss device{"/ws/id"};
  device->send_message(peer.register_pk());
  const auto registered = device->receive_message();
  REQUIRE(registered);
  CHECK(registered->register_pk_response().result() == hbb::RegisterPkResponse::OK);

  Wss asking{"/ws/id"};
  asking->send_message(site::punch_request(site, peer.id));
  const auto push = device->receive_message();
  REQUIRE(push);
  CHECK((push->has_punch_hole() || push->has_request_relay()));

  hbb::RequestRelay request;
  request.set_uuid("one-port");
  request.set_licence_key(key);
  Wss a{"/ws/relay"};
  a->send_message(request);
  Wss b{"/ws/relay"};
  b->send_message(request);
  const std::string message(65536, 'm');
  for (int i = 0; i < 16; ++i) {
    a->send(message);
    REQUIRE(b->receive() == message);
    b->send(message);
    REQUIRE(a->receive() == message);
  }

  CHECK(page("https://rd.example.org/healthz").find("loops: ok") != std::string::npos);
}

}  // namespace junctor::web
