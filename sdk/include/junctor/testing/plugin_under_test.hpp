// SPDX-License-Identifier: Apache-2.0
// Drives a plugin's descriptor through its states, as the kernel does, on a FakeHost. Included by fake_host.hpp.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "fake_host.hpp"

namespace junctor::testing {

class PluginUnderTest {
 public:
  /// Checks the settings and creates the instance; throws Error with the text that an operator would see.
  PluginUnderTest(FakeHost& host, const jct_plugin* plugin, const Settings& settings = {},
                  const KernelValues& kernel = {}, std::string instance = "")
      : host_{host}, plugin_{plugin}, kernel_{kernel}, instance_{instance.empty() ? plugin->name : instance} {
    config_ = parse(settings);
    host_.loops().open_gate();
    host_.services().use(plugin_);
    host_.net().use(config_.get(), (plugin_->flags & JCT_PLUGIN_PARALLEL) != 0);
    control([&](jct_error* error) { return plugin_->create(host_.raw(), config_->raw(), &self_, error); });
  }
  PluginUnderTest(const PluginUnderTest&) = delete;
  PluginUnderTest& operator=(const PluginUnderTest&) = delete;
  ~PluginUnderTest() { finish(); }

  /// Throws Error where the plugin refuses.
  void start() {
    if (plugin_->start == nullptr) return;
    control([&](jct_error* error) { return plugin_->start(self_, error); });
  }

  /// check, then apply. Throws Error where the plugin refuses; its old values then go on. An option that is not LIVE
  /// must not differ: the kernel would restart the instance.
  void reload(const Settings& settings) {
    auto candidate = parse(settings);
    if (config_->needs_restart(*candidate)) throw Error{JCT_E_STATE, "not LIVE: the kernel would restart the plugin"};
    if (plugin_->check != nullptr) {
      home([&](jct_error* error) { return plugin_->check(self_, candidate->raw(), error); });
    }
    if (plugin_->apply == nullptr) return;
    home([&](jct_error*) {
      plugin_->apply(self_, candidate->raw());
      return JCT_OK;
    });
    config_ = std::move(candidate);
    host_.net().use(config_.get(), (plugin_->flags & JCT_PLUGIN_PARALLEL) != 0);
    host_.run_until_idle();
  }

  /// Asks it to refuse new work; idle() tells when it has finished.
  void drain() {
    if (plugin_->drain == nullptr) {
      *idle_ = true;
      return;
    }
    home([&](jct_error*) {
      plugin_->drain(self_, idle_task());
      return JCT_OK;
    });
    host_.run_until_idle();
  }
  bool idle() const { return *idle_; }

  /// Tasks are dropped and connections end, each with its on_close; then the plugin's own stop.
  void stop() {
    if (self_ == nullptr || stopped_) return;
    stopped_ = true;
    host_.loops().close_gate();
    host_.net().close_all();
    host_.run_until_idle();
    if (plugin_->stop == nullptr) return;
    control([&](jct_error*) {
      plugin_->stop(self_);
      return JCT_OK;
    });
  }
  void destroy() {
    if (self_ == nullptr) return;
    control([&](jct_error*) {
      plugin_->destroy(self_);
      return JCT_OK;
    });
    self_ = nullptr;
    host_.note_leftovers();
  }
  /// stop and destroy, where they are still to come.
  void finish() {
    stop();
    destroy();
  }

  const std::string& instance() const { return instance_; }

  /// A service that the plugin provides. Call it inside host.on_loop().
  template <class Table>
  const Table& service(const std::string& id) const {
    const jct_service_ref ref = host_.services().provided(id);
    if (ref.table == nullptr) throw Error{JCT_E_NOT_FOUND, "the plugin does not provide " + id};
    return *static_cast<const Table*>(ref.table);
  }
  void* service_self(const std::string& id) const { return host_.services().provided(id).self; }

 private:
  std::unique_ptr<FakeConfig> parse(const Settings& settings) const {
    return std::make_unique<FakeConfig>(instance_, plugin_->options, plugin_->option_count, settings, kernel_);
  }

  template <class Call>
  void control(Call&& call) {
    run(Where::kControl, std::forward<Call>(call));
  }
  template <class Call>
  void home(Call&& call) {
    run(Where::kLoop, std::forward<Call>(call));
  }
  template <class Call>
  void run(Where where, Call&& call) {
    jct_error error{sizeof(jct_error), JCT_OK, {}};
    const jct_status status = host_.loops().as(where, host_.loops().home(), [&] { return call(&error); });
    if (status != JCT_OK) throw Error{status, error.text};
  }

  /// The flag outlives this object: a plugin may keep the task until it is destroyed.
  jct_task idle_task() const {
    return {new std::shared_ptr<bool>{idle_}, [](void* self) { **static_cast<std::shared_ptr<bool>*>(self) = true; },
            [](void* self) { delete static_cast<std::shared_ptr<bool>*>(self); }};
  }

  FakeHost& host_;
  const jct_plugin* plugin_;
  KernelValues kernel_;
  std::string instance_;
  std::unique_ptr<FakeConfig> config_;
  void* self_ = nullptr;
  bool stopped_ = false;
  std::shared_ptr<bool> idle_ = std::make_shared<bool>(false);
};

}  // namespace junctor::testing
