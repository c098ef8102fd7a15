// SPDX-License-Identifier: Apache-2.0
// Registrar with a storage that answers when told to. Tests only.
#pragma once

#include "registration/registrar.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "rendezvous/test_values.hpp"

namespace junctor::rendezvous {

using namespace std::chrono_literals;
using Response = hbb::RegisterPkResponse;
using test::udp_from;

struct Stored {
  std::string uuid, pk, ip;
};

class FakePorts : public RegistrarPorts {
 public:
  Duration now() const override { return time; }

  void load(std::string_view id, Loaded done) override {
    ++loads;
    queue.push_back([this, key = std::string{id}, done = std::move(done)] {
      if (broken) return done(JCT_E_IO, nullptr);
      const auto found = disk.find(key);
      if (found == disk.end()) return done(JCT_E_NOT_FOUND, nullptr);
      jct_peer_record record{};
      record.id = str(key);
      record.uuid = bytes(found->second.uuid);
      record.pk = bytes(found->second.pk);
      record.ip = str(found->second.ip);
      done(JCT_OK, &record);
    });
  }
  void store(const jct_peer_record& record, Stored done) override {
    ++stores;
    rendezvous::Stored copy{std::string{view(record.uuid)}, std::string{view(record.pk)}, std::string{view(record.ip)}};
    queue.push_back([this, key = std::string{view(record.id)}, copy, done = std::move(done)] {
      if (broken || full) return done(JCT_E_IO);
      disk[key] = copy;
      done(JCT_OK);
    });
  }
  void admit(const Attempt&, Admitted done) override { done(denial); }
  void stays(std::string_view, const jct_channel&, Admitted done) override { done(put_out); }
  bool hold(const jct_channel& channel, std::string_view id) override {
    if (channel.handle != 0) held[channel.handle] = id;
    return gone.count(channel.handle) == 0;
  }
  void run_for(const jct_channel&, std::function<void()> fn) override { queue.push_back(std::move(fn)); }
  void answer_peer(const jct_channel& to, bool request_pk) override { peer_answers.emplace_back(port(to), request_pk); }
  void answer_pk(const jct_channel&, Response::Result result) override { pk_answers.push_back(result); }
  void send_update(const jct_channel& to) override { updates.push_back(port(to)); }
  bool has_room_for_unproven() override { return room; }
  void registered(const Attempt&, Change change, bool) override { changes.push_back(change); }
  void refused(Refusal why, std::string_view, const jct_channel&, std::string_view) override {
    refusals.push_back(why);
  }

  /// Lets storage do everything that it was asked for.
  void pump() {
    while (!queue.empty()) {
      auto job = std::move(queue.front());
      queue.pop_front();
      job();
    }
  }

  static uint16_t port(const jct_channel& channel) { return channel.peer.port; }

  Duration time = 1000s;
  bool broken = false, full = false, room = true;
  std::string denial, put_out;
  std::map<std::string, rendezvous::Stored> disk;
  std::deque<std::function<void()>> queue;
  std::vector<std::pair<uint16_t, bool>> peer_answers;
  std::vector<Response::Result> pk_answers;
  std::vector<Refusal> refusals;
  std::vector<Change> changes;
  std::vector<uint16_t> updates;
  std::map<jct_handle, std::string> held;
  std::set<jct_handle> gone;
  int loads = 0, stores = 0;
};

struct Site {
  explicit Site(size_t max_lookups = 100, size_t max_peers = 100)
      : presence{{1}, max_peers}, registrar{ports, presence, limits, max_lookups} {
    RegistrationLimits::Rates rates;
    rates.id = {3, 6s};
    limits.configure(rates);
  }

  void peer(std::string_view from, std::string_view id) {
    registrar.register_peer(udp_from(from), id);
    ports.pump();
  }
  Response::Result pk(std::string_view from, const std::string& id, const std::string& uuid, const std::string& key) {
    const size_t before = ports.pk_answers.size();
    registrar.register_pk(udp_from(from), message(id, uuid, key));
    ports.pump();
    REQUIRE(ports.pk_answers.size() == before + 1);
    return ports.pk_answers.back();
  }
  static hbb::RegisterPk message(const std::string& id, const std::string& uuid, const std::string& key) {
    hbb::RegisterPk m;
    m.set_id(id);
    m.set_uuid(uuid);
    m.set_pk(key);
    return m;
  }
  bool online(std::string_view id) {
    const auto seen = presence.find(id);
    return seen && seen->online(ports.time, 30s);
  }
  std::string kept_key(std::string_view id) {
    const auto key = presence.key_of(id);
    return key ? std::string{key->begin(), key->end()} : "";
  }
  std::string address(std::string_view id) { return wire::from_abi(presence.find(id)->channel.peer).text(); }

  FakePorts ports;
  Presence presence;
  RegistrationLimits limits{{1}};
  Registrar registrar;
};

inline constexpr auto kHome = "198.51.100.1:5000";
inline constexpr auto kElsewhere = "198.51.100.2:5000";
inline const std::string kId = "123456789";
inline const std::string kKey(32, 'k'), kNewKey(32, 'n');

using Answers = std::vector<std::pair<uint16_t, bool>>;

}  // namespace junctor::rendezvous
