// SPDX-License-Identifier: Apache-2.0
// A Store as the provider of storage/1 that the SDK's contract wants, and what these backends have beyond it. A
// backend's test file defines a type with a default constructor, store() and courier(), and invokes
// JUNCTOR_STORE_CONTRACT(Type).
#pragma once

#include <junctor/testing/storage_contract.hpp>

#include "storage_memory/service_table.hpp"
#include "storage_memory/test_courier.hpp"

namespace junctor::storage {

inline Peer peer(const std::string& id, const std::string& uuid = "uuid", const std::string& pk = "pk",
                 const std::string& ip = "198.51.100.7") {
  return {id, uuid, pk, ip, 0};
}

inline std::string numbered(int number) { return std::to_string(100'000'000 + number); }

template <class Backend>
class AsService {
 public:
  jct_service_ref storage() { return {&service::kTable, &backend_.store(), {}}; }
  void run_until(const std::function<bool()>& ready) {
    REQUIRE_MESSAGE(backend_.courier().run_until(ready), "never answered");
  }
  uint32_t loop() { return backend_.courier().last_loop(); }

 private:
  Backend backend_;
};

TEST_CASE_TEMPLATE_DEFINE("a scan goes over pages, by number and by size", Backend, store_pages) {
  Backend backend;
  Asker ask{backend.store(), backend.courier()};
  const int many = static_cast<int>(kScanPage) * 2 + 10;
  for (int i = 0; i < many; ++i) REQUIRE(ask.put(peer(numbered(i))) == Status::kOk);
  CHECK(ask.scan("", UINT64_MAX).second.size() == static_cast<size_t>(many));
  CHECK(ask.scan("", kScanPage).second.size() == kScanPage);
  CHECK(ask.scan("", kScanPage + 1).second.size() == kScanPage + 1);
  for (const char* key : {"1", "2", "3"})
    CHECK(ask.put_value("large", key, std::string(kMaxValue, 'v')) == Status::kOk);
  CHECK(ask.scan_values("large", "", UINT64_MAX).size() == 3);
}

TEST_CASE_TEMPLATE_DEFINE("a peer that is too long is refused and not stored", Backend, store_limits) {
  Backend backend;
  Asker ask{backend.store(), backend.courier()};
  const std::string long_id(kMaxId + 1, 'i');
  CHECK(ask.put(peer(long_id)) == Status::kBadArgument);
  CHECK(ask.put(peer("123456789", std::string(kMaxBlob + 1, 'u'))) == Status::kBadArgument);
  CHECK(ask.get(long_id).status == Status::kBadArgument);
  CHECK(ask.rename("123456789", "", "u") == Status::kBadArgument);
  CHECK(ask.scan("", 10).second.empty());
}

}  // namespace junctor::storage

#define JUNCTOR_STORE_CONTRACT(Backend)            \
  JUNCTOR_STORAGE_CONTRACT(AsService<Backend>);    \
  TEST_CASE_TEMPLATE_INVOKE(store_pages, Backend); \
  TEST_CASE_TEMPLATE_INVOKE(store_limits, Backend)
