// SPDX-License-Identifier: Apache-2.0
// What every provider of storage/1 must do, as doctest cases for its author. The provider's test file defines a type
// with a default constructor (an empty storage) and
//   jct_service_ref storage();                        // its table and self
//   void run_until(const std::function<bool()>&);     // lets its threads and loops go on until then
//   uint32_t loop();                                  // the loop on which what was run last was run
// and has JUNCTOR_STORAGE_CONTRACT(Type); at namespace scope. A case that is never answered hangs in run_until, which
// had better throw.
#pragma once

#include <doctest/doctest.h>

#include <ctime>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../result.hpp"
#include "../service/storage.h"

namespace junctor::testing {

/// A record that is owned.
struct StoredPeer {
  std::string id;
  std::string uuid = "uuid";
  std::string pk = "pk";
  std::string ip = "198.51.100.7";
  int64_t created_at = 0;
};

/// Questions that wait for their answer, which must come once, later, and on the loop that asked.
template <class Provider>
class StorageAsker {
 public:
  explicit StorageAsker(Provider& provider, uint32_t loop = 0) : provider_{provider}, loop_{loop} {}

  struct Found {
    jct_status status = JCT_E_TIMEOUT;
    std::optional<StoredPeer> peer;
  };
  Found get(const std::string& id) {
    return peer_call([&](const jct_peer_done* done) { table().peer_get(self(), str(id), done); });
  }
  jct_status put(const StoredPeer& peer) {
    return peer_call([&](const jct_peer_done* done) {
             const jct_peer_record record{
                 sizeof record, 0, str(peer.id), bytes(peer.uuid), bytes(peer.pk), str(peer.ip), peer.created_at};
             table().peer_put(self(), &record, done);
           })
        .status;
  }
  jct_status rename(const std::string& old_id, const std::string& id, const std::string& uuid) {
    return peer_call(
               [&](const jct_peer_done* done) { table().peer_rename(self(), str(old_id), str(id), bytes(uuid), done); })
        .status;
  }
  jct_status remove(const std::string& id) {
    return peer_call([&](const jct_peer_done* done) { table().peer_remove(self(), str(id), done); }).status;
  }
  /// The ids that came; stops after `most`.
  std::vector<std::string> scan(const std::string& after, uint64_t limit, size_t most = SIZE_MAX) {
    auto held = std::make_shared<Rows>(Rows{{}, most, {}});
    const jct_peer_scan scan{new std::shared_ptr<Rows>{held},
                             [](void* rows, const jct_peer_record* record) -> jct_status {
                               return (*static_cast<std::shared_ptr<Rows>*>(rows))->take(std::string{view(record->id)});
                             },
                             &end_scan, loop_, 0};
    table().peer_scan(self(), str(after), limit, &scan);
    return rows_of(*held);
  }
  std::pair<jct_status, std::string> value(const std::string& space, const std::string& key) {
    return value_call([&](const jct_value_done* done) { table().value_get(self(), str(space), str(key), done); });
  }
  jct_status put_value(const std::string& space, const std::string& key, const std::string& text) {
    return value_call(
               [&](const jct_value_done* done) { table().value_put(self(), str(space), str(key), bytes(text), done); })
        .first;
  }
  jct_status remove_value(const std::string& space, const std::string& key) {
    return value_call([&](const jct_value_done* done) { table().value_remove(self(), str(space), str(key), done); })
        .first;
  }
  /// "key=value" of each row.
  std::vector<std::string> scan_values(const std::string& space, const std::string& after, uint64_t limit) {
    auto held = std::make_shared<Rows>(Rows{{}, SIZE_MAX, {}});
    const jct_value_scan scan{new std::shared_ptr<Rows>{held},
                              [](void* rows, jct_str key, jct_bytes text) -> jct_status {
                                return (*static_cast<std::shared_ptr<Rows>*>(rows))
                                    ->take(std::string{view(key)} + "=" + std::string{view(text)});
                              },
                              &end_scan, loop_, 0};
    table().value_scan(self(), str(space), str(after), limit, &scan);
    return rows_of(*held);
  }

 private:
  struct Rows {
    std::vector<std::string> rows;
    size_t most;
    std::optional<jct_status> end;
    jct_status take(std::string row) {
      CHECK_FALSE_MESSAGE(end.has_value(), "a row after the end");
      rows.push_back(std::move(row));
      return rows.size() < most ? JCT_OK : JCT_E_LIMIT;
    }
  };
  static void end_scan(void* self, jct_status status) {
    const std::unique_ptr<std::shared_ptr<Rows>> held{static_cast<std::shared_ptr<Rows>*>(self)};
    CHECK_FALSE_MESSAGE((*held)->end.has_value(), "ended twice");
    (*held)->end = status;
  }
  std::vector<std::string> rows_of(Rows& held) {
    wait_for(held.end);
    CHECK(held.end == JCT_OK);
    return held.rows;
  }

  const jct_storage_service& table() { return *static_cast<const jct_storage_service*>(provider_.storage().table); }
  void* self() { return provider_.storage().self; }

  template <class T>
  void wait_for(const std::optional<T>& answer) {
    CHECK_FALSE_MESSAGE(answer.has_value(), "answered inline");
    provider_.run_until([&] { return answer.has_value(); });
    CHECK(provider_.loop() == loop_);
  }

  template <class Ask>
  Found peer_call(Ask ask) {
    std::optional<Found> found;
    const jct_peer_done done{&found,
                             [](void* self, jct_status status, const jct_peer_record* record) {
                               auto& slot = *static_cast<std::optional<Found>*>(self);
                               CHECK_FALSE_MESSAGE(slot.has_value(), "answered twice");
                               slot = Found{status, {}};
                               if (record == nullptr) return;
                               slot->peer = StoredPeer{std::string{view(record->id)}, std::string{view(record->uuid)},
                                                       std::string{view(record->pk)}, std::string{view(record->ip)},
                                                       record->created_at};
                             },
                             loop_, 0};
    ask(&done);
    wait_for(found);
    return *found;
  }
  template <class Ask>
  std::pair<jct_status, std::string> value_call(Ask ask) {
    using ValueAnswer = std::pair<jct_status, std::string>;
    std::optional<ValueAnswer> answer;
    const jct_value_done done{&answer,
                              [](void* self, jct_status status, jct_bytes text) {
                                auto& slot = *static_cast<std::optional<ValueAnswer>*>(self);
                                CHECK_FALSE_MESSAGE(slot.has_value(), "answered twice");
                                slot = ValueAnswer{status, std::string{view(text)}};
                              },
                              loop_, 0};
    ask(&done);
    wait_for(answer);
    return *answer;
  }

  Provider& provider_;
  const uint32_t loop_;
};

/// An empty storage and its asker.
template <class Provider>
struct StorageCase {
  Provider provider;
  StorageAsker<Provider> ask{provider};
  static std::string numbered(int number) { return std::to_string(100'000'000 + number); }
};

TEST_CASE_TEMPLATE_DEFINE("storage/1: what was put is found again, byte for byte", Provider, storage_put_get) {
  StorageCase<Provider> storage;
  auto& ask = storage.ask;
  const std::string binary{"\0\xff\x01", 3};
  CHECK(ask.get("123456789").status == JCT_E_NOT_FOUND);
  CHECK(ask.put({"123456789", binary, "key" + binary, "2001:db8::7", 1'700'000'000}) == JCT_OK);
  const auto found = ask.get("123456789");
  REQUIRE(found.status == JCT_OK);
  REQUIRE(found.peer.has_value());
  CHECK(found.peer->id == "123456789");
  CHECK(found.peer->uuid == binary);
  CHECK(found.peer->pk == "key" + binary);
  CHECK(found.peer->ip == "2001:db8::7");
  CHECK(found.peer->created_at == 1'700'000'000);
}

TEST_CASE_TEMPLATE_DEFINE("storage/1: a second put replaces, and keeps when the peer was created", Provider,
                          storage_replace) {
  StorageCase<Provider> storage;
  auto& ask = storage.ask;
  const int64_t before = std::time(nullptr);
  CHECK(ask.put({"new"}) == JCT_OK);
  CHECK(ask.get("new").peer->created_at >= before);
  CHECK(ask.get("new").peer->created_at <= std::time(nullptr));
  CHECK(ask.put({"123456789", "u", "k", "198.51.100.7", 1'700'000'000}) == JCT_OK);
  CHECK(ask.put({"123456789", "v", "l", "", 0}) == JCT_OK);
  const auto found = ask.get("123456789");
  REQUIRE(found.status == JCT_OK);
  CHECK(found.peer->uuid == "v");
  CHECK(found.peer->pk == "l");
  CHECK(found.peer->ip.empty());
  CHECK(found.peer->created_at == 1'700'000'000);
}

TEST_CASE_TEMPLATE_DEFINE("storage/1: a rename checks the old id, its uuid and the new id", Provider, storage_rename) {
  StorageCase<Provider> storage;
  auto& ask = storage.ask;
  CHECK(ask.put({"111111111", "one"}) == JCT_OK);
  CHECK(ask.put({"222222222", "two"}) == JCT_OK);
  CHECK(ask.rename("333333333", "444444444", "one") == JCT_E_NOT_FOUND);
  CHECK(ask.rename("111111111", "444444444", "two") == JCT_E_MISMATCH);
  CHECK(ask.rename("111111111", "222222222", "two") == JCT_E_MISMATCH);
  CHECK(ask.rename("111111111", "222222222", "one") == JCT_E_EXISTS);
  CHECK(ask.get("111111111").status == JCT_OK);
  CHECK(ask.rename("111111111", "111111111", "one") == JCT_OK);
  CHECK(ask.rename("111111111", "new-name", "one") == JCT_OK);
  CHECK(ask.get("111111111").status == JCT_E_NOT_FOUND);
  const auto moved = ask.get("new-name");
  REQUIRE(moved.status == JCT_OK);
  CHECK(moved.peer->id == "new-name");
  CHECK(moved.peer->pk == "pk");
  CHECK(moved.peer->ip == "198.51.100.7");
}

TEST_CASE_TEMPLATE_DEFINE("storage/1: a removed peer is gone, once", Provider, storage_remove) {
  StorageCase<Provider> storage;
  auto& ask = storage.ask;
  CHECK(ask.put({"123456789"}) == JCT_OK);
  CHECK(ask.remove("123456789") == JCT_OK);
  CHECK(ask.remove("123456789") == JCT_E_NOT_FOUND);
  CHECK(ask.get("123456789").status == JCT_E_NOT_FOUND);
}

TEST_CASE_TEMPLATE_DEFINE("storage/1: ids differ by every byte, in any script", Provider, storage_ids) {
  StorageCase<Provider> storage;
  auto& ask = storage.ask;
  for (const char* id : {"abcdef", "ABCDEF", "\xc3\xa4\xc3\xb6\xc3\xbc-pc", "abcdef'--"}) {
    CHECK(ask.put({id, id}) == JCT_OK);
  }
  CHECK(ask.get("ABCDEF").peer->uuid == "ABCDEF");
  CHECK(ask.get("abcdef").peer->uuid == "abcdef");
  CHECK(ask.get("abcdef'--").peer->uuid == "abcdef'--");
  CHECK(ask.scan("", 10).size() == 4);
}

TEST_CASE_TEMPLATE_DEFINE("storage/1: a scan goes in order of id, from after, to the limit, and a row may end it",
                          Provider, storage_scan) {
  StorageCase<Provider> storage;
  auto& ask = storage.ask;
  const auto numbered = &StorageCase<Provider>::numbered;
  constexpr int kMany = 2100;
  for (int i = kMany - 1; i >= 0; --i) REQUIRE(ask.put({numbered(i)}) == JCT_OK);
  const auto all = ask.scan("", UINT64_MAX);
  REQUIRE(all.size() == kMany);
  for (int i = 0; i < kMany; ++i) CHECK(all[static_cast<size_t>(i)] == numbered(i));
  CHECK(ask.scan(numbered(9), 3) == std::vector<std::string>{numbered(10), numbered(11), numbered(12)});
  for (const uint64_t limit : {255U, 256U, 257U, 1000U, 1001U}) CHECK(ask.scan("", limit).size() == limit);
  CHECK(ask.scan(numbered(kMany), 3).empty());
  CHECK(ask.scan("", 0).empty());
  CHECK(ask.scan("", 100, 4).size() == 4);
}

TEST_CASE_TEMPLATE_DEFINE("storage/1: values live in the space of whoever put them", Provider, storage_values) {
  StorageCase<Provider> storage;
  auto& ask = storage.ask;
  using Value = std::pair<jct_status, std::string>;
  const std::string binary{"\0\xff", 2};
  CHECK(ask.value("auth_key", "a").first == JCT_E_NOT_FOUND);
  CHECK(ask.put_value("auth_key", "a", "") == JCT_OK);
  CHECK(ask.value("auth_key", "a") == Value{JCT_OK, ""});
  CHECK(ask.put_value("auth_key", "a", binary) == JCT_OK);
  CHECK(ask.value("auth_key", "a") == Value{JCT_OK, binary});
  CHECK(ask.value("relay", "a").first == JCT_E_NOT_FOUND);
  CHECK(ask.remove_value("relay", "a") == JCT_E_NOT_FOUND);
  CHECK(ask.remove_value("auth_key", "a") == JCT_OK);
  CHECK(ask.value("auth_key", "a").first == JCT_E_NOT_FOUND);
}

TEST_CASE_TEMPLATE_DEFINE("storage/1: a scan of values stays in its space", Provider, storage_value_scan) {
  StorageCase<Provider> storage;
  auto& ask = storage.ask;
  for (const char* key : {"c", "a", "b"}) CHECK(ask.put_value("relay", key, std::string{key} + "1") == JCT_OK);
  CHECK(ask.put_value("relaz", "a", "x") == JCT_OK);
  CHECK(ask.put_value("rel", "z", "x") == JCT_OK);
  CHECK(ask.scan_values("relay", "", 10) == std::vector<std::string>{"a=a1", "b=b1", "c=c1"});
  CHECK(ask.scan_values("relay", "a", 1) == std::vector<std::string>{"b=b1"});
  for (int i = 0; i < 1100; ++i) REQUIRE(ask.put_value("many", StorageCase<Provider>::numbered(i), "") == JCT_OK);
  CHECK(ask.scan_values("many", "", UINT64_MAX).size() == 1100);
}

TEST_CASE_TEMPLATE_DEFINE("storage/1: keys and values have their bounds, and what is empty or beyond is an argument",
                          Provider, storage_bounds) {
  StorageCase<Provider> storage;
  auto& ask = storage.ask;
  const std::string key(256, 'k');
  const std::string value(1024 * 1024, 'v');
  CHECK(ask.put_value("space", key, value) == JCT_OK);
  CHECK(ask.value("space", key).second == value);
  CHECK(ask.put_value("space", key + "k", "") == JCT_E_ARG);
  CHECK(ask.put_value("space", "key", value + "v") == JCT_E_ARG);
  CHECK(ask.value("space", "key").first == JCT_E_NOT_FOUND);
  CHECK(ask.put_value("space", "", "") == JCT_E_ARG);
  CHECK(ask.value("", "key").first == JCT_E_ARG);
  CHECK(ask.put({""}) == JCT_E_ARG);
  CHECK(ask.remove("") == JCT_E_ARG);
  CHECK(ask.scan("", 10).empty());
}

TEST_CASE_TEMPLATE_DEFINE("storage/1: answers come on the loop that asked", Provider, storage_loops) {
  Provider provider;
  StorageAsker<Provider> ask{provider, 1};
  CHECK(ask.put({"123456789"}) == JCT_OK);
  CHECK(ask.get("123456789").status == JCT_OK);
  CHECK(ask.scan("", 10).size() == 1);
  CHECK(ask.scan_values("space", "", 10).empty());
}

}  // namespace junctor::testing

#define JUNCTOR_STORAGE_CONTRACT(Provider)                                   \
  TEST_CASE_TEMPLATE_INVOKE(junctor::testing::storage_put_get, Provider);    \
  TEST_CASE_TEMPLATE_INVOKE(junctor::testing::storage_replace, Provider);    \
  TEST_CASE_TEMPLATE_INVOKE(junctor::testing::storage_rename, Provider);     \
  TEST_CASE_TEMPLATE_INVOKE(junctor::testing::storage_remove, Provider);     \
  TEST_CASE_TEMPLATE_INVOKE(junctor::testing::storage_ids, Provider);        \
  TEST_CASE_TEMPLATE_INVOKE(junctor::testing::storage_scan, Provider);       \
  TEST_CASE_TEMPLATE_INVOKE(junctor::testing::storage_values, Provider);     \
  TEST_CASE_TEMPLATE_INVOKE(junctor::testing::storage_value_scan, Provider); \
  TEST_CASE_TEMPLATE_INVOKE(junctor::testing::storage_bounds, Provider);     \
  TEST_CASE_TEMPLATE_INVOKE(junctor::testing::storage_loops, Provider)
