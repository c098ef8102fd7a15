// SPDX-License-Identifier: Apache-2.0
// The fake host's services and commands: what the test provides, what the plugin provides, and what junctorctl would
// ask.
#pragma once

#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../control.h"
#include "../service.h"
#include "fake_loops.hpp"

namespace junctor::testing {

/// What a command has answered.
struct Answer {
  jct_status status = JCT_OK;
  std::string json;
};

class FakeServices {
 public:
  explicit FakeServices(FakeLoops& loops) : loops_{loops} {}

  /// Limits provide and find to what the descriptor declares. Null: no limit.
  void use(const jct_plugin* descriptor) { descriptor_ = descriptor; }

  /// A provider for the plugin to find; several of one id are asked in this order. table and self outlive the plugin.
  void provide_for_plugin(const std::string& id, const void* table, void* self, std::string instance) {
    others_.push_back({id, table, self, std::move(instance)});
  }
  /// A successor finds what its predecessor does.
  void provide_the_same(const FakeServices& predecessor) { others_ = predecessor.others_; }
  /// What the plugin itself provides; no table where it does not.
  jct_service_ref provided(const std::string& id) const {
    const auto at = own_.find(id);
    return at == own_.end() ? jct_service_ref{} : at->second;
  }

  bool has_command(const std::string& name) const { return commands_.count(name) != 0; }
  /// Asks a command on the home loop; the answer is there, or not yet, once the host has run.
  std::shared_ptr<std::optional<Answer>> ask(const std::string& name, std::string args) {
    keep_.push_back(std::make_unique<Pending>(Pending{std::make_shared<std::optional<Answer>>(), this}));
    Pending* pending = keep_.back().get();
    auto slot = pending->slot;
    const auto command = commands_.find(name);
    if (command == commands_.end()) {
      finish(pending, JCT_E_NOT_FOUND, str("{\"error\":\"no such command\"}"));
      return slot;
    }
    {
      const std::lock_guard lock{mutex_};
      ++unanswered_;
    }
    loops_.queue(loops_.home(), [command = command->second, pending, args = std::move(args)] {
      command.fn(command.self, str(args), {pending, &finish});
    });
    return slot;
  }
  size_t unanswered() const {
    const std::lock_guard lock{mutex_};
    return unanswered_;
  }

  static const jct_service_api* service_table() {
    static constexpr jct_service_api kTable{
        sizeof(jct_service_api), 0,
        [](const jct_host* h, const char* id, const void* table, void* self) { return of(h).provide(id, table, self); },
        [](const jct_host* h, const char* id, jct_service_ref* out) { return of(h).find(id, out); },
        [](const jct_host* h, const char* id, jct_service_ref* out, uint64_t capacity, uint64_t* count) {
          return of(h).find_all(id, out, capacity, count);
        }};
    return &kTable;
  }
  static const jct_control_api* control_table() {
    static constexpr jct_control_api kTable{sizeof(jct_control_api), 0,
                                            [](const jct_host* h, const char* name, const char*, jct_command_fn fn,
                                               void* self) { return of(h).command(name, fn, self); }};
    return &kTable;
  }

 private:
  struct Provider {
    std::string id;
    const void* table;
    void* self;
    std::string instance;
  };
  struct Command {
    jct_command_fn fn;
    void* self;
  };
  struct Pending {
    std::shared_ptr<std::optional<Answer>> slot;
    FakeServices* services;
  };

  static FakeServices& of(const jct_host* host) { return *HostRecord::of(host).services; }

  static void finish(void* self, jct_status status, jct_str json) {
    auto* pending = static_cast<Pending*>(self);
    FakeServices& services = *pending->services;
    const std::lock_guard lock{services.mutex_};
    if (pending->slot->has_value()) {
      services.loops_.breach("a command was answered twice");
      return;
    }
    *pending->slot = Answer{status, std::string{view(json)}};
    if (services.unanswered_ > 0) --services.unanswered_;
  }

  static bool names(const char* const* ids, const char* wanted, bool optional_mark) {
    for (; ids != nullptr && *ids != nullptr; ++ids) {
      const char* id = *ids + (optional_mark ? std::strspn(*ids, "?*~") : 0);
      if (std::strcmp(id, wanted) == 0) return true;
    }
    return false;
  }

  jct_status provide(const char* id, const void* table, void* self) {
    if (const jct_status status = loops_.need_control("provide"); status != JCT_OK) return status;
    if (table == nullptr) return JCT_E_ARG;
    if (descriptor_ != nullptr && !names(descriptor_->provides, id, false)) {
      return loops_.breach(std::string{"provides "} + id + " without declaring it", JCT_E_ARG);
    }
    if (!own_.emplace(id, jct_service_ref{table, self, {}}).second) return JCT_E_EXISTS;
    return JCT_OK;
  }
  jct_status may_find(const char* id) {
    if (const jct_status status = loops_.need_control("find"); status != JCT_OK) return status;
    if (descriptor_ == nullptr || names(descriptor_->needs, id, true)) return JCT_OK;
    return loops_.breach(std::string{"asks for "} + id + " without declaring it", JCT_E_ARG);
  }
  jct_status find(const char* id, jct_service_ref* out) {
    if (const jct_status status = may_find(id); status != JCT_OK) return status;
    for (const Provider& one : others_) {
      if (one.id != id) continue;
      *out = {one.table, one.self, str(one.instance)};
      return JCT_OK;
    }
    return JCT_E_NOT_FOUND;
  }
  jct_status find_all(const char* id, jct_service_ref* out, uint64_t capacity, uint64_t* count) {
    if (const jct_status status = may_find(id); status != JCT_OK) return status;
    *count = 0;
    for (const Provider& one : others_) {
      if (one.id != id) continue;
      if (*count < capacity) out[*count] = {one.table, one.self, str(one.instance)};
      ++*count;
    }
    return JCT_OK;
  }
  jct_status command(const char* name, jct_command_fn fn, void* self) {
    if (const jct_status status = loops_.need_control("command"); status != JCT_OK) return status;
    if (fn == nullptr) return JCT_E_ARG;
    return commands_.emplace(name, Command{fn, self}).second ? JCT_OK : JCT_E_EXISTS;
  }

  FakeLoops& loops_;
  mutable std::mutex mutex_;  // answers come from any thread
  const jct_plugin* descriptor_ = nullptr;
  std::vector<Provider> others_;
  std::map<std::string, jct_service_ref> own_;
  std::map<std::string, Command> commands_;
  std::vector<std::unique_ptr<Pending>> keep_;
  size_t unanswered_ = 0;
};

}  // namespace junctor::testing
