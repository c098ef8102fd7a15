// SPDX-License-Identifier: Apache-2.0
#include "config/places.hpp"

#include <doctest/doctest.h>

using namespace junctor::config;

TEST_CASE("a tree that can be moved has configuration and state beside its programs") {
  CHECK(etc_dir("/opt/junctor") == "/opt/junctor/etc/junctor");
  CHECK(state_dir("/opt/junctor") == "/opt/junctor/var/lib/junctor");
  CHECK(etc_dir("/usr/local") == "/usr/local/etc/junctor");
  CHECK(state_dir("/home/usr") == "/home/usr/var/lib/junctor");
}

TEST_CASE("what is installed in /usr is configured in /etc and writes to /var") {
  CHECK(etc_dir("/usr") == "/etc/junctor");
  CHECK(state_dir("/usr") == "/var/lib/junctor");
}
