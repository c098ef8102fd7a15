// SPDX-License-Identifier: Apache-2.0
// The main job on real input: two client processes that find each other through the real server, over the kernel's own
// NAT, directly where the rules of protocol.md 6.4 allow it and over the relay where they do not.
#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "lab.hpp"
#include "support/process.hpp"
#include "support/server.hpp"

namespace {

using junctor::nat::Lab;
using junctor::nat::Nat;
using junctor::testing::Millis;
using junctor::testing::patient;
using junctor::testing::Process;
using junctor::testing::read_file;
using junctor::testing::Server;
using junctor::testing::ServerOptions;
using junctor::testing::TempDir;

constexpr uint64_t kBytes = 64ULL << 20;

/// A site in a namespace of its own, with the plugins of an installed one.
class Site {
 public:
  enum class Families { kBoth, kIPv4 };

  explicit Site(Lab& lab, Families families = Families::kBoth) {
    const std::string space = lab.add_host("srv", 1, Nat::kOpen);
    if (families == Families::kIPv4) Lab::without_ipv6(space);
    ServerOptions options;
    options.wrapper = Lab::inside(space);
    server_ = std::make_unique<Server>(options);
    server_->conf("10-site", "[storage_sqlite]\n[auth_key]\n[rendezvous]\n[holepunch]\n[relay]\n");
    server_->start();
  }
  std::string address() const { return Lab::public_address(1) + ":" + std::to_string(server_->port()); }
  std::string key() { return server_->ctl("keys").object()->getValue<std::string>("public_key"); }
  Server& server() { return *server_; }

 private:
  std::unique_ptr<Server> server_;
};

/// One client process.
class Client {
 public:
  Client(const std::string& role, const std::string& space, Site& site)
      : process_{words(role, space, site), files_.file("out"), files_.file("err")} {}

  bool says(const std::string& word, Millis wait) {
    return junctor::testing::eventually([&] { return said().find(word) != std::string::npos; }, wait);
  }
  std::string said() const { return read_file(files_.file("out")) + read_file(files_.file("err")); }
  int finish() { return process_.wait(patient(Millis{120'000})).value_or(-1); }

 private:
  static std::vector<std::string> words(const std::string& role, const std::string& space, Site& site) {
    std::vector<std::string> all = Lab::inside(space);
    for (const std::string& word : {std::string{JUNCTOR_NAT_PEER}, role, site.address(), site.key(),
                                    std::string{"123456789"}, std::to_string(kBytes)}) {
      all.push_back(word);
    }
    return all;
  }

  TempDir files_;
  Process process_;
};

/// Both do their part, and got there by `way`.
void meet(Lab& lab, Site& site, Nat nat_a, Nat nat_b, const std::string& way) {
  const std::string a_space = lab.add_host("a", 10, nat_a);
  const std::string b_space = lab.add_host("b", 20, nat_b);
  Client b{"controlled", b_space, site};
  REQUIRE_MESSAGE(b.says("registered", Millis{10'000}), b.said());
  Client a{"controlling", a_space, site};
  const int a_code = a.finish();
  const int b_code = b.finish();
  INFO("A: ", a.said(), " B: ", b.said(), " server: ", site.server().log());
  CHECK(a_code == 0);
  CHECK(b_code == 0);
  CHECK(a.said() == way + "\nok\n");
  CHECK(b.said() == "registered\n" + way + "\nok\n");
}

}  // namespace

TEST_CASE("two peers with public addresses connect directly and pass 64 MiB each way") {
  Lab lab;
  Site site{lab};
  meet(lab, site, Nat::kOpen, Nat::kOpen, "direct");
}

TEST_CASE("two peers behind two port-preserving kernel NATs connect directly from the punched ports") {
  Lab lab;
  Site site{lab};
  meet(lab, site, Nat::kPreserving, Nat::kPreserving, "direct");
}

TEST_CASE("two peers behind two symmetric kernel NATs pass 64 MiB each way over the relay") {
  Lab lab;
  Site site{lab};
  meet(lab, site, Nat::kSymmetric, Nat::kSymmetric, "relay");
}

TEST_CASE("a server on a host without IPv6 says so and serves over IPv4") {
  Lab lab;
  Site site{lab, Site::Families::kIPv4};
  CHECK(site.server().log_has("event=net.family_missing"));
  CHECK(site.server().log().find("[::]") == std::string::npos);
  meet(lab, site, Nat::kOpen, Nat::kOpen, "direct");
}
