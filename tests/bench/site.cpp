// SPDX-License-Identifier: Apache-2.0
#include "site.hpp"

#include <filesystem>
#include <stdexcept>

#include "heartbeat_load.hpp"
#include "peers.hpp"

namespace junctor::bench {
namespace {

// What conf.d has, all of it as shipped. All of the bench comes from one address: what is counted for each address
// would end it after a minute's worth, so the site's own exemption is used. Nothing is left out for that but the
// counting.
constexpr const char* kSite = "[storage_sqlite]\n[auth_key]\n[rendezvous]\n[holepunch]\n[relay]\n[ws_bridge]\n";
constexpr const char* kExempt = "limit_exempt = [\"127.0.0.0/8\", \"10.99.0.0/24\"]\n";

constexpr Seconds kStartPatience{30};

testing::ServerOptions options_for(const Ground& ground, int workers) {
  testing::ServerOptions options;
  options.workers = workers;
  options.wrapper = ground.wrapper;
  return options;
}

}  // namespace

Site::Site(const Ground& ground, size_t peers, size_t sockets, int workers)
    : ground_{ground}, peers_{peers}, sockets_{sockets}, server_{options_for(ground, workers)} {
  server_.conf("10-site", kSite);
  server_.conf("90-bench", std::string{"[rendezvous]\n"} + kExempt + "[holepunch]\n" + kExempt);
  std::filesystem::create_directories(server_.data_dir());
  store_peers(server_.data_dir() + "/db_v2.sqlite3", peers, ground.client_ip);
  subject_.name = "junctor";
  subject_.tcp = wire::Address::parse_ip(ground.server_ip, server_.port()).value();
}

double Site::start() {
  HeartbeatLoad probe{subject_.tcp, 1, peers_};
  const Clock::time_point begin = Clock::now();
  server_.launch();
  probe.wait_first_answer(kStartPatience);
  const double seconds = seconds_since(begin);
  subject_.pid = server_.pid();
  if (!server_.log_has("event=server.ready")) throw std::runtime_error{"the server is not ready:\n" + server_.log()};
  subject_.key = server_.ctl("keys").object()->getValue<std::string>("public_key");
  return seconds;
}

void Site::stop() {
  load_.reset();
  server_.stop();
}

void Site::bring_online() {
  const auto load = std::make_shared<HeartbeatLoad>(subject_.tcp, sockets_, peers_);
  const size_t tenth = peers_ / 10;
  load->bring_online(0, tenth);
  const auto before = static_cast<double>(subject_.memory_bytes());
  load->bring_online(tenth, peers_);
  load_ = load;
  const auto after = static_cast<double>(subject_.memory_bytes());
  bytes_per_peer_ = (after - before) / static_cast<double>(peers_ - tenth);
}

}  // namespace junctor::bench
