// SPDX-License-Identifier: Apache-2.0
// A restart of an instance as the kernel does it (ABI.md): the old object and its successor at once, each on a host of
// its own, with one clock.
//
//   RestartUnderTest restart{host, plugin, junctor_plugin_v1(), {{"greeting", "good day"}}};  // created beside the old
//   restart.begin();                 // the old one drains, sockets change hands, the new one starts
//   FakeStream late = restart.host().connect("listen");
//   restart.advance(1s);             // both
//   CHECK(plugin.idle());
//   restart.finish();                // stop and destroy of the old one
#pragma once

#include <string>
#include <utility>

#include "fake_host.hpp"

namespace junctor::testing {

class RestartUnderTest {
 public:
  /// Creates the successor; throws Error where it refuses, and the old one has not been told anything then. What the
  /// test provides to the old one's host is there for the new one. All outlive it.
  RestartUnderTest(FakeHost& old_host, PluginUnderTest& old, const jct_plugin* plugin, const Settings& settings = {},
                   const KernelValues& kernel = {})
      : old_host_{old_host},
        old_{old},
        host_{{old_host.loops().count(), old_host.loops().home(), old_host.now()}},
        plugin_{prepared(), plugin, settings, kernel, old.instance()} {}

  void begin() {
    old_.drain();
    old_host_.net().hand_over();
    plugin_.start();
    run_until_idle();
  }

  FakeHost& host() { return host_; }
  PluginUnderTest& plugin() { return plugin_; }

  void run_until_idle() {
    old_host_.run_until_idle();
    host_.run_until_idle();
  }
  void advance(Duration by) {
    old_host_.advance(by);
    host_.advance(by);
  }

  void finish() { old_.finish(); }

 private:
  FakeHost& prepared() {
    host_.services().provide_the_same(old_host_.services());
    host_.set_wall(old_host_.loops().wall());
    return host_;
  }

  FakeHost& old_host_;
  PluginUnderTest& old_;
  FakeHost host_;
  PluginUnderTest plugin_;
};

}  // namespace junctor::testing
