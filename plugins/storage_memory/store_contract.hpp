// SPDX-License-Identifier: Apache-2.0
// The behaviour that every storage backend shares, as tests (service/storage.h). A backend's test file defines a type
// with a default constructor and store(), courier(), and invokes JUNCTOR_STORE_CONTRACT(Type).
#pragma once

#include <ctime>

#include "storage_memory/test_courier.hpp"

namespace junctor::storage {

inline Peer peer(const std::string& id, const std::string& uuid = "uuid", const std::string& pk = "pk",
                 const std::string& ip = "198.51.100.7") {
  return {id, uuid, pk, ip, 0};
}

inline std::string numbered(int number) { return std::to_string(100'000'000 + number); }

TEST_CASE_TEMPLATE_DEFINE("what was put is found again, byte for byte", Backend, contract_put_get) {
  Backend backend;
  Asker ask{backend.store(), backend.courier(), 3};
  const std::string binary{"\0\xff\x01", 3};

  CHECK(ask.get("123456789").status == Status::kNotFound);
  CHECK(ask.put({"123456789", binary, "key" + binary, "2001:db8::7", 1'700'000'000}) == Status::kOk);
  const auto found = ask.get("123456789");
  REQUIRE(found.status == Status::kOk);
  CHECK(found.peer->id == "123456789");
  CHECK(found.peer->uuid == binary);
  CHECK(found.peer->pk == "key" + binary);
  CHECK(found.peer->ip == "2001:db8::7");
  CHECK(found.peer->created_at == 1'700'000'000);
}

TEST_CASE_TEMPLATE_DEFINE("a second put replaces, and keeps when the peer was created", Backend, contract_replace) {
  Backend backend;
  Asker ask{backend.store(), backend.courier()};

  CHECK(ask.put({"123456789", "u", "k", "198.51.100.7", 1'700'000'000}) == Status::kOk);
  CHECK(ask.put({"123456789", "v", "l", "", 0}) == Status::kOk);
  const auto found = ask.get("123456789");
  REQUIRE(found.status == Status::kOk);
  CHECK(found.peer->uuid == "v");
  CHECK(found.peer->pk == "l");
  CHECK(found.peer->ip == "");
  CHECK(found.peer->created_at == 1'700'000'000);
}

TEST_CASE_TEMPLATE_DEFINE("a new peer without a time was created now", Backend, contract_created) {
  Backend backend;
  Asker ask{backend.store(), backend.courier()};
  const int64_t before = std::time(nullptr);

  CHECK(ask.put(peer("123456789")) == Status::kOk);
  const auto found = ask.get("123456789");
  REQUIRE(found.status == Status::kOk);
  CHECK(found.peer->created_at >= before);
  CHECK(found.peer->created_at <= std::time(nullptr));
}

TEST_CASE_TEMPLATE_DEFINE("a rename checks the old id, its uuid and the new id", Backend, contract_rename) {
  Backend backend;
  Asker ask{backend.store(), backend.courier()};
  CHECK(ask.put(peer("111111111", "one")) == Status::kOk);
  CHECK(ask.put(peer("222222222", "two")) == Status::kOk);

  CHECK(ask.rename("333333333", "444444444", "one") == Status::kNotFound);
  CHECK(ask.rename("111111111", "444444444", "two") == Status::kMismatch);
  CHECK(ask.rename("111111111", "222222222", "two") == Status::kMismatch);
  CHECK(ask.rename("111111111", "222222222", "one") == Status::kExists);
  CHECK(ask.get("111111111").status == Status::kOk);
  CHECK(ask.rename("111111111", "111111111", "one") == Status::kOk);

  CHECK(ask.rename("111111111", "new-name", "one") == Status::kOk);
  CHECK(ask.get("111111111").status == Status::kNotFound);
  const auto moved = ask.get("new-name");
  REQUIRE(moved.status == Status::kOk);
  CHECK(moved.peer->id == "new-name");
  CHECK(moved.peer->pk == "pk");
  CHECK(moved.peer->ip == "198.51.100.7");
}

TEST_CASE_TEMPLATE_DEFINE("a removed peer is gone, once", Backend, contract_remove) {
  Backend backend;
  Asker ask{backend.store(), backend.courier()};
  CHECK(ask.put(peer("123456789")) == Status::kOk);
  CHECK(ask.remove("123456789") == Status::kOk);
  CHECK(ask.remove("123456789") == Status::kNotFound);
  CHECK(ask.get("123456789").status == Status::kNotFound);
}

TEST_CASE_TEMPLATE_DEFINE("ids differ by every byte, in any script", Backend, contract_ids) {
  Backend backend;
  Asker ask{backend.store(), backend.courier()};
  for (const char* id : {"abcdef", "ABCDEF", "\xc3\xa4\xc3\xb6\xc3\xbc-pc", "abcdef'--"}) {
    CHECK(ask.put(peer(id, id)) == Status::kOk);
  }
  CHECK(ask.get("ABCDEF").peer->uuid == "ABCDEF");
  CHECK(ask.get("abcdef").peer->uuid == "abcdef");
  CHECK(ask.get("abcdef'--").peer->uuid == "abcdef'--");
  CHECK(ask.scan("", 10).second.size() == 4);
}

TEST_CASE_TEMPLATE_DEFINE("a scan goes in order of id, from after, to the limit, over pages", Backend, contract_scan) {
  Backend backend;
  Asker ask{backend.store(), backend.courier()};
  const int many = static_cast<int>(kScanPage) * 2 + 10;
  for (int i = many - 1; i >= 0; --i) REQUIRE(ask.put(peer(numbered(i))) == Status::kOk);

  const auto all = ask.scan("", UINT64_MAX);
  CHECK(all.first == Status::kOk);
  REQUIRE(all.second.size() == static_cast<size_t>(many));
  for (int i = 0; i < many; ++i) CHECK(all.second[static_cast<size_t>(i)] == numbered(i));

  CHECK(ask.scan(numbered(9), 3).second == std::vector<std::string>{numbered(10), numbered(11), numbered(12)});
  CHECK(ask.scan("", kScanPage).second.size() == kScanPage);
  CHECK(ask.scan("", kScanPage + 1).second.size() == kScanPage + 1);
  CHECK(ask.scan(numbered(many), 3).second.empty());
  CHECK(ask.scan("", 0).second.empty());
}

TEST_CASE_TEMPLATE_DEFINE("a row that says no ends the scan", Backend, contract_scan_stop) {
  Backend backend;
  Asker ask{backend.store(), backend.courier()};
  for (int i = 0; i < 10; ++i) REQUIRE(ask.put(peer(numbered(i))) == Status::kOk);
  const auto some = ask.scan("", 100, 4);
  CHECK(some.first == Status::kOk);
  CHECK(some.second.size() == 4);
}

TEST_CASE_TEMPLATE_DEFINE("values live in the space of whoever put them", Backend, contract_values) {
  Backend backend;
  Asker ask{backend.store(), backend.courier()};
  const std::string binary{"\0\xff", 2};

  CHECK(ask.value("auth_key", "a").first == Status::kNotFound);
  CHECK(ask.put_value("auth_key", "a", binary) == Status::kOk);
  CHECK(ask.put_value("auth_key", "a", "") == Status::kOk);
  CHECK(ask.value("auth_key", "a") == Asker::Value{Status::kOk, ""});
  CHECK(ask.put_value("auth_key", "a", binary) == Status::kOk);
  CHECK(ask.value("auth_key", "a") == Asker::Value{Status::kOk, binary});
  CHECK(ask.value("relay", "a").first == Status::kNotFound);
  CHECK(ask.remove_value("relay", "a") == Status::kNotFound);
  CHECK(ask.remove_value("auth_key", "a") == Status::kOk);
  CHECK(ask.value("auth_key", "a").first == Status::kNotFound);
}

TEST_CASE_TEMPLATE_DEFINE("a scan of values stays in its space", Backend, contract_value_scan) {
  Backend backend;
  Asker ask{backend.store(), backend.courier()};
  for (const char* key : {"c", "a", "b"}) CHECK(ask.put_value("relay", key, std::string{key} + "1") == Status::kOk);
  CHECK(ask.put_value("relaz", "a", "x") == Status::kOk);
  CHECK(ask.put_value("rel", "z", "x") == Status::kOk);

  CHECK(ask.scan_values("relay", "", 10) == std::vector<std::string>{"a=a1", "b=b1", "c=c1"});
  CHECK(ask.scan_values("relay", "a", 1) == std::vector<std::string>{"b=b1"});
  for (int i = 0; i < static_cast<int>(kScanPage) + 5; ++i)
    CHECK(ask.put_value("many", numbered(i), "") == Status::kOk);
  CHECK(ask.scan_values("many", "", UINT64_MAX).size() == kScanPage + 5);
  for (const char* key : {"1", "2", "3"})
    CHECK(ask.put_value("large", key, std::string(kMaxValue, 'v')) == Status::kOk);
  CHECK(ask.scan_values("large", "", UINT64_MAX).size() == 3);
}

TEST_CASE_TEMPLATE_DEFINE("what is too long or empty is refused and not stored", Backend, contract_limits) {
  Backend backend;
  Asker ask{backend.store(), backend.courier()};
  const std::string long_id(kMaxId + 1, 'i');

  CHECK(ask.put(peer("")) == Status::kBadArgument);
  CHECK(ask.put(peer(long_id)) == Status::kBadArgument);
  CHECK(ask.put(peer("123456789", std::string(kMaxBlob + 1, 'u'))) == Status::kBadArgument);
  CHECK(ask.get(long_id).status == Status::kBadArgument);
  CHECK(ask.rename("123456789", "", "u") == Status::kBadArgument);
  CHECK(ask.remove("") == Status::kBadArgument);
  CHECK(ask.put_value("space", std::string(kMaxKey + 1, 'k'), "") == Status::kBadArgument);
  CHECK(ask.put_value("space", "", "") == Status::kBadArgument);
  CHECK(ask.put_value("space", "key", std::string(kMaxValue + 1, 'v')) == Status::kBadArgument);
  CHECK(ask.value("", "key").first == Status::kBadArgument);
  CHECK(ask.scan("", 10).second.empty());

  CHECK(ask.put_value("space", std::string(kMaxKey, 'k'), std::string(kMaxValue, 'v')) == Status::kOk);
  CHECK(ask.value("space", std::string(kMaxKey, 'k')).second.size() == kMaxValue);
}

}  // namespace junctor::storage

#define JUNCTOR_STORE_CONTRACT(Backend)                    \
  TEST_CASE_TEMPLATE_INVOKE(contract_put_get, Backend);    \
  TEST_CASE_TEMPLATE_INVOKE(contract_replace, Backend);    \
  TEST_CASE_TEMPLATE_INVOKE(contract_created, Backend);    \
  TEST_CASE_TEMPLATE_INVOKE(contract_rename, Backend);     \
  TEST_CASE_TEMPLATE_INVOKE(contract_remove, Backend);     \
  TEST_CASE_TEMPLATE_INVOKE(contract_ids, Backend);        \
  TEST_CASE_TEMPLATE_INVOKE(contract_scan, Backend);       \
  TEST_CASE_TEMPLATE_INVOKE(contract_scan_stop, Backend);  \
  TEST_CASE_TEMPLATE_INVOKE(contract_values, Backend);     \
  TEST_CASE_TEMPLATE_INVOKE(contract_value_scan, Backend); \
  TEST_CASE_TEMPLATE_INVOKE(contract_limits, Backend)
