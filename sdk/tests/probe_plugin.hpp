// SPDX-License-Identifier: Apache-2.0
// A PARALLEL plugin whose callbacks are what a test puts into them. One instance at a time; lives in the test's thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "junctor/plugin.hpp"
#include "junctor/testing/fake_host.hpp"

namespace probe {

class Plugin;

inline constexpr auto kListen = junctor::opt::listener("listen", ":P+1");
inline constexpr auto kUdp = junctor::opt::datagrams("udp", ":P");
inline constexpr auto kCount = junctor::opt::count("count", "7").range(1, 10).live();
inline constexpr auto kWait = junctor::opt::duration("wait", "30s").live();
inline constexpr auto kLimit = junctor::opt::size("limit", "64KiB");
inline constexpr auto kNames = junctor::opt::text("names", "a, b").list();
inline constexpr auto kToken = junctor::opt::text("token", nullptr).secret();
inline constexpr auto kHost = junctor::opt::address("host", nullptr).required();
inline constexpr auto kServerFields = junctor::options(kHost, kWait);
inline constexpr auto kServers = junctor::opt::records<kServerFields>("server");

/// One accepted or opened connection: keeps what it saw.
struct Connection {
  Plugin* plugin = nullptr;
  junctor::Stream stream;
  std::string seen;
  bool ended = false;
  bool writable = false;
  int closes = 0;
  jct_status reason = JCT_OK;
  /// What on_data answers; takes everything where it is empty.
  std::function<size_t(std::string_view)> take;

  inline const junctor::Host& host() const;
  inline size_t on_data(std::string_view data);
  void on_writable() { writable = true; }
  void on_end() { ended = true; }
  void on_close(jct_status why) {
    ++closes;
    reason = why;
    stream.release();
  }
};

/// What a test arranges before it creates the plugin.
struct Script {
  std::function<void(junctor::Host&, const junctor::Config&)> create;
  std::function<void(Plugin&)> start;
  std::function<void(const junctor::Config&)> check;
  std::function<void(const junctor::Config&)> reload;
  std::function<void(junctor::Done)> drain;
  std::function<void(Plugin&)> stop;
};
inline Script& script() {
  static Script one;
  return one;
}

class Plugin {
 public:
  static constexpr auto kOptions = junctor::options(kListen, kUdp, kCount, kWait, kLimit, kNames, kToken, kServers);

  Plugin(junctor::Host& host_of_this, const junctor::Config& config) : host{host_of_this} {
    current() = this;
    if (script().create) script().create(host, config);
  }
  ~Plugin() { current() = nullptr; }

  void start() {
    listener = junctor::Listener{host, kListen,
                                 [this](junctor::Stream stream, const jct_conn_info&) { keep(std::move(stream)); }};
    udp = junctor::UdpSocket{host, kUdp, [this](std::span<const jct_dgram> batch) {
                               datagrams.emplace_back();
                               for (const jct_dgram& one : batch) datagrams.back() += junctor::view(one.data);
                             }};
    if (script().start) script().start(*this);
  }
  void check(const junctor::Config& candidate) {
    if (script().check) script().check(candidate);
  }
  void reload(const junctor::Config& config) {
    if (script().reload) script().reload(config);
  }
  void drain(junctor::Done done) {
    if (script().drain) {
      script().drain(std::move(done));
    } else {
      done();
    }
  }
  void stop() {
    if (script().stop) script().stop(*this);
  }

  Connection& keep(junctor::Stream stream) {
    connections.push_back(std::make_unique<Connection>());
    Connection& made = *connections.back();
    made.plugin = this;
    made.stream = std::move(stream);
    made.stream.attach(made);
    return made;
  }

  static Plugin*& current() {
    static Plugin* one = nullptr;
    return one;
  }

  junctor::Host& host;
  junctor::Listener listener;
  junctor::UdpSocket udp;
  std::vector<std::unique_ptr<Connection>> connections;
  std::vector<std::string> datagrams;
};

inline Plugin& plugin() { return *Plugin::current(); }
const junctor::Host& Connection::host() const { return plugin->host; }
size_t Connection::on_data(std::string_view data) {
  seen = data;
  return take ? take(data) : data.size();
}

}  // namespace probe
