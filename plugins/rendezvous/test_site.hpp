// SPDX-License-Identifier: Apache-2.0
// The plugin on a fake host, with a storage in a map. Tests only.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <junctor/plugin.hpp>
#include <junctor/services.hpp>
#include <junctor/testing/fake_host.hpp>
#include <map>
#include <string>

#include "rendezvous/test_values.hpp"
#include "signalling/read_turns.hpp"
#include "wire/frame.hpp"
#include "wire/kinds.hpp"
#include "wire/signing.hpp"

namespace junctor::rendezvous {

using namespace std::chrono_literals;
using testing::Arrival;
using testing::FakeHost;
using testing::FakeStream;
using testing::PluginUnderTest;
using testing::Settings;

/// storage/1 in a map; answers are posted, never inline.
class FakeStorage {
 public:
  explicit FakeStorage(FakeHost& host) : host_{host} {
    table_.size = sizeof table_;
    table_.peer_get = [](void* self, jct_str id, const jct_peer_done* done) {
      auto* storage = static_cast<FakeStorage*>(self);
      ++storage->gets;
      storage->host_.loops().queue(done->loop, [storage, key = std::string{view(id)}, d = *done] {
        const auto at = storage->peers.find(key);
        if (storage->broken || at == storage->peers.end()) {
          return d.done(d.self, storage->broken ? JCT_E_IO : JCT_E_NOT_FOUND, nullptr);
        }
        const jct_peer_record record{sizeof record,      0, str(key), bytes(at->second.uuid), bytes(at->second.pk),
                                     str(at->second.ip), 0};
        d.done(d.self, JCT_OK, &record);
      });
    };
    table_.peer_put = [](void* self, const jct_peer_record* record, const jct_peer_done* done) {
      auto* storage = static_cast<FakeStorage*>(self);
      const Peer peer{std::string{view(record->uuid)}, std::string{view(record->pk)}, std::string{view(record->ip)}};
      storage->host_.loops().queue(done->loop, [storage, key = std::string{view(record->id)}, peer, d = *done] {
        const auto put = [storage, key, peer, d] {
          if (!storage->broken) storage->peers[key] = peer;
          d.done(d.self, storage->broken ? JCT_E_IO : JCT_OK, nullptr);
        };
        if (!storage->holds_puts) return put();
        storage->held.emplace_back(d.loop, put);
      });
    };
    table_.peer_rename = [](void* self, jct_str old_id, jct_str id, jct_bytes uuid, const jct_peer_done* done) {
      auto* storage = static_cast<FakeStorage*>(self);
      const auto at = storage->peers.find(std::string{view(old_id)});
      jct_status status = JCT_OK;
      if (at == storage->peers.end())
        status = JCT_E_NOT_FOUND;
      else if (at->second.uuid != view(uuid))
        status = JCT_E_MISMATCH;
      else if (!storage->peers.emplace(view(id), at->second).second)
        status = JCT_E_EXISTS;
      else
        storage->peers.erase(at);
      storage->host_.loops().queue(done->loop, [status, d = *done] { d.done(d.self, status, nullptr); });
    };
    table_.peer_remove = [](void* self, jct_str id, const jct_peer_done* done) {
      auto* storage = static_cast<FakeStorage*>(self);
      const jct_status status = storage->peers.erase(std::string{view(id)}) > 0 ? JCT_OK : JCT_E_NOT_FOUND;
      storage->host_.loops().queue(done->loop, [status, d = *done] { d.done(d.self, status, nullptr); });
    };
    table_.value_put = [](void* self, jct_str, jct_str key, jct_bytes value, const jct_value_done* done) {
      auto* storage = static_cast<FakeStorage*>(self);
      storage->values[std::string{view(key)}] = view(value);
      storage->host_.loops().queue(done->loop, [d = *done] { d.done(d.self, JCT_OK, {}); });
    };
    table_.value_remove = [](void* self, jct_str, jct_str key, const jct_value_done* done) {
      auto* storage = static_cast<FakeStorage*>(self);
      storage->values.erase(std::string{view(key)});
      storage->host_.loops().queue(done->loop, [d = *done] { d.done(d.self, JCT_OK, {}); });
    };
    table_.value_scan = [](void* self, jct_str, jct_str, uint64_t, const jct_value_scan* scan) {
      auto* storage = static_cast<FakeStorage*>(self);
      storage->host_.on_loop(scan->loop, [storage, scan] {
        for (const auto& [key, value] : storage->values) scan->row(scan->self, str(key), bytes(value));
        scan->end(scan->self, JCT_OK);
      });
    };
    host.provide(JCT_STORAGE_SERVICE, &table_, this);
  }

  struct Peer {
    std::string uuid, pk, ip;
  };
  std::map<std::string, Peer> peers;
  /// Those that it held are carried out.
  void let_go() {
    for (auto& [loop, put] : std::exchange(held, {})) host_.loops().queue(loop, put);
  }

  std::map<std::string, std::string> values;
  bool broken = false;
  bool holds_puts = false;
  std::vector<std::pair<uint32_t, std::function<void()>>> held;
  int gets = 0;

 private:
  FakeHost& host_;
  jct_storage_service table_{};
};

/// keys/1 with a pair of its own, or with a public key alone.
class FakeKeys {
 public:
  explicit FakeKeys(FakeHost& host) {
    table_.size = sizeof table_;
    table_.public_text = [](void* self) { return str(static_cast<FakeKeys*>(self)->text_); };
    table_.can_sign = [](void* self) -> uint32_t { return static_cast<FakeKeys*>(self)->can_sign ? 1 : 0; };
    table_.sign = [](void* self, jct_bytes message, uint8_t* out, uint64_t capacity, uint64_t* written) -> jct_status {
      const auto* keys = static_cast<FakeKeys*>(self);
      if (!keys->can_sign) return JCT_E_UNSUPPORTED;
      const std::string made = keys->pair.sign(view(message));
      if (made.size() > capacity) return JCT_E_ARG;
      std::copy(made.begin(), made.end(), out);
      *written = made.size();
      return JCT_OK;
    };
    host.provide(JCT_KEYS_SERVICE, &table_, this);
  }

  wire::SigningKeys pair = wire::SigningKeys::generate();
  bool can_sign = true;

 private:
  const std::string text_ = pair.public_text();
  jct_keys_service table_{};
};

template <class Message>
std::string framed(const Message& message) {
  std::string out;
  wire::append_frame(wire::wrap_message(message), out);
  return out;
}

/// The messages in a stream of frames; heartbeats as empty texts.
inline std::vector<std::string> frames(const std::string& bytes) {
  std::vector<std::string> all;
  wire::FrameDecoder decoder;
  std::string_view rest = bytes, payload;
  while (decoder.next(rest, payload) == wire::FrameDecoder::Status::kFrame) all.emplace_back(payload);
  return all;
}

template <class Message>
Message inner_of(const std::string& whole) {
  std::string joined;
  const auto peeled = wire::peel(whole, joined);
  REQUIRE(peeled);
  REQUIRE(peeled->kind == wire::kKindOf<Message>);
  Message message;
  REQUIRE(wire::parse_inner(peeled->inner, message));
  return message;
}

inline constexpr auto kHome = "198.51.100.1:50001";
inline const std::string kId = "123456789";
inline const std::string kKey(32, 'k');

struct Site {
  /// `prepare`: gives the host what it needs before the plugin is made.
  explicit Site(const Settings& settings = {}, const std::function<void(FakeHost&)>& prepare = {})
      : prepared{(prepare ? prepare(host) : void(), true)}, plugin{host, junctor_plugin_v1(), settings} {
    plugin.start();
  }
  ~Site() {
    plugin.finish();
    CHECK(host.complaints().empty());
  }

  template <class Message>
  void udp(const Message& message, const std::string& peer = kHome, uint32_t loop = 0) {
    host.deliver_datagram("listen_udp", wire::wrap_message(message), Arrival{peer, loop});
    host.run_until_idle();
  }
  template <class Message>
  Message heard_by_udp() {
    const auto sent = host.take_sent_datagrams();
    REQUIRE(sent.size() == 1);
    return inner_of<Message>(sent[0].data);
  }
  void register_peer(const std::string& id = kId, const std::string& key = kKey) {
    udp(pk_of(id, key));
    CHECK(heard_by_udp<hbb::RegisterPkResponse>().result() == hbb::RegisterPkResponse::OK);
  }
  /// A connection that passes the offer of encryption over.
  FakeStream tcp(const std::string& option = "listen", uint32_t loop = 0, const std::string& peer = kHome) {
    FakeStream stream = host.connect(option, Arrival{peer, loop});
    host.run_until_idle();
    stream.take_sent();
    return stream;
  }
  /// Registers over a connection; the answer's keep_alive.
  int register_by_tcp(FakeStream& stream, const std::string& id = kId) {
    const auto heard = talk(stream, framed(pk_of(id)));
    REQUIRE(heard.size() == 1);
    const auto answer = inner_of<hbb::RegisterPkResponse>(heard[0]);
    CHECK(answer.result() == hbb::RegisterPkResponse::OK);
    return answer.keep_alive();
  }
  static hbb::RegisterPk pk_of(const std::string& id, const std::string& key = kKey) {
    hbb::RegisterPk pk;
    pk.set_id(id);
    pk.set_uuid("uuid");
    pk.set_pk(key);
    return pk;
  }
  std::vector<std::string> talk(FakeStream& stream, const std::string& bytes) {
    stream.deliver(bytes);
    host.run_until_idle();
    return frames(stream.take_sent());
  }
  int64_t refused(const std::string& reason) { return host.metric("refused", "reason=" + reason); }
  int64_t received(const std::string& kind) { return host.metric("received", "kind=" + kind); }

  const jct_signal_service& signal() { return plugin.service<jct_signal_service>(JCT_SIGNAL_SERVICE); }
  void* signal_self() { return plugin.service_self(JCT_SIGNAL_SERVICE); }

  FakeHost host{{.loops = 2}};
  FakeStorage storage{host};
  FakeKeys keys{host};
  bool prepared;
  PluginUnderTest plugin;
};

inline hbb::RegisterPeer heartbeat(const std::string& id = kId) {
  hbb::RegisterPeer message;
  message.set_id(id);
  return message;
}

}  // namespace junctor::rendezvous
