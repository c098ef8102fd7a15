// SPDX-License-Identifier: Apache-2.0
// For tests: the plugin on a fake host, with a storage in memory that outlives it as a file would.
#pragma once

#include <doctest/doctest.h>

#include <junctor/plugin.hpp>
#include <junctor/services.hpp>
#include <junctor/testing/fake_auth.hpp>
#include <junctor/testing/fake_host.hpp>

#include <memory>
#include <string>
#include <vector>

#include "auth_key/test_dir.hpp"
#include "storage_memory/memory_store.hpp"
#include "storage_memory/service_table.hpp"

namespace junctor::auth {

using testing::AuthQuestion;
using testing::FakeHost;
using testing::KernelValues;
using testing::PluginUnderTest;
using testing::Settings;

/// Answers come on the loops of the host of now, in any case, as a storage's do.
class LoopCourier : public storage::Courier {
 public:
  void deliver(storage::Loop loop, std::function<void()> run) override {
    if (host != nullptr) host->loops().queue_last(loop, std::move(run));
  }
  FakeHost* host = nullptr;
};

class TestStore : public storage::MemoryStore {
 public:
  TestStore() : TestStore{std::make_unique<LoopCourier>()} {}
  void detach() { courier_->host = nullptr; }
  void attach(FakeHost& host) {
    courier_->host = &host;
    host.provide(JCT_STORAGE_SERVICE, &storage::service::kTable, static_cast<storage::Store*>(this));
  }
  void peer_get(std::string id, storage::Loop loop, storage::PeerDone done) override {
    if (!broken) return MemoryStore::peer_get(std::move(id), loop, std::move(done));
    courier_->deliver(loop, [done = std::move(done)] { done(storage::Status::kIo, nullptr); });
  }
  void value_put(std::string space, std::string key, std::string value, storage::Loop loop,
                 storage::WriteDone done) override {
    if (!broken) {
      return MemoryStore::value_put(std::move(space), std::move(key), std::move(value), loop, std::move(done));
    }
    courier_->deliver(loop, [done = std::move(done)] { done(storage::Status::kIo); });
  }
  void value_scan(std::string space, std::string after, uint64_t limit, storage::Loop loop,
                  storage::ValueScan scan) override {
    if (!broken) return MemoryStore::value_scan(std::move(space), std::move(after), limit, loop, std::move(scan));
    courier_->deliver(loop, [end = std::move(scan.end)] { end(storage::Status::kIo); });
  }
  bool broken = false;

 private:
  explicit TestStore(std::unique_ptr<LoopCourier> courier)
      : MemoryStore{*courier, {100, 100}, [] { return int64_t{1}; }}, courier_{std::move(courier)} {}
  std::unique_ptr<LoopCourier> courier_;
};

/// What a device or a client asks with.
struct Ask {
  uint32_t kind = JCT_AUTH_REGISTER;
  std::string id = "123456789";
  std::string uuid = "uuid";
  std::string pk = "key";
  std::string old_id{};
  std::string licence_key{};
  uint8_t last_octet = 1;  ///< of 10.0.0.x
};

/// One running plugin; several in a row over the same store are restarts.
class Running {
 public:
  Running(TestStore* store, const TestDir& dir, const Settings& settings)
      : store_{store}, plugin_{make(store, dir, settings)} {
    plugin_->start();
  }
  ~Running() {
    plugin_->finish();
    CHECK(host.complaints().empty());
    if (store_ != nullptr) store_->detach();
  }

  FakeHost host;
  PluginUnderTest& plugin() { return *plugin_; }
  /// The reason, "ok", or "unanswered".
  std::string ask(const Ask& asked) {
    const auto answer = begin(asked);
    host.run_until_idle();
    return answer->word();
  }
  /// The answer, which may come later.
  std::shared_ptr<AuthQuestion> begin(const Ask& asked) {
    asks_.push_back(std::make_unique<Kept>(Kept{asked, std::make_shared<AuthQuestion>()}));
    Kept& kept = *asks_.back();
    jct_auth_request request{};
    request.kind = asked.kind;
    request.id = str(kept.ask.id);
    request.old_id = str(kept.ask.old_id);
    request.uuid = bytes(kept.ask.uuid);
    request.pk = bytes(kept.ask.pk);
    request.licence_key = str(kept.ask.licence_key);
    request.address.family = 4;
    request.address.ip[0] = 10;
    request.address.ip[3] = asked.last_octet;
    kept.question->ask(host, plugin_->service<jct_auth_service>("auth/1"), plugin_->service_self("auth/1"), request);
    return kept.question;
  }
  /// As `junctorctl NAME WORD...`: its JSON.
  std::string ctl(const std::string& name, const std::string& args = "") {
    const auto answer = host.command(name, R"({"args":[)" + args + "]}");
    REQUIRE(answer);
    return answer->json;
  }

 private:
  struct Kept {
    Ask ask;
    std::shared_ptr<AuthQuestion> question;
  };
  std::unique_ptr<PluginUnderTest> make(TestStore* store, const TestDir& dir, const Settings& settings) {
    if (store != nullptr) store->attach(host);
    KernelValues kernel;
    kernel.data_dir = dir.path();
    return std::make_unique<PluginUnderTest>(host, junctor_plugin_v1(), settings, kernel);
  }

  TestStore* store_;
  std::unique_ptr<PluginUnderTest> plugin_;
  std::vector<std::unique_ptr<Kept>> asks_;  // views of a request are good until it is answered
};

}  // namespace junctor::auth
