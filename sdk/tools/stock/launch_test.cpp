// SPDX-License-Identifier: Apache-2.0
#include "tools/stock/launch.hpp"

#include <doctest/doctest.h>

#include "tools/stock/test_site.hpp"
#include "wire/signing.hpp"

namespace junctor::stock {
namespace {

Arguments arguments(Program program, const std::string& line) {
  Arguments result;
  result.values = told(program, line);
  return result;
}

TEST_CASE("a flag holds before -c's file, that before .env, that before the environment") {
  Surroundings around;
  around.directory = "/srv/hbbs";
  around.config_file = {{"PORT", "1002", "c:1"}, {"KEY", "_", "c:2"}};
  around.environment = {{"PORT", "1003", "environment"}, {"BIND", "::", "environment"}, {"KEY", "", "environment"}};
  around.dot_env = {{"BIND", "::1", ".env:1"}, {"ALWAYS_USE_RELAY", "Y", ".env:2"}, {"ODD", "1", ".env:3"}};
  const Translation plan = plan_launch(Program::kHbbs, arguments(Program::kHbbs, "-p 1001"), around);
  CHECK_FALSE(plan.failed());
  CHECK(value(plan, "kernel", "base_port") == "1001");
  CHECK(value(plan, "auth_key", "key") == "\"-\"");
  CHECK(value(plan, "rendezvous", "listen") == "\"[::1]:P\"");
  CHECK(value(plan, "holepunch", "always_relay") == "true");
  CHECK(value(plan, "kernel", "data_dir") == "\"/srv/hbbs\"");
  CHECK(has(remarks_of(plan.remarks, Remark::Kind::kNotUnderstood), ".env:3: ODD"));
}

TEST_CASE("hbbs and hbbr of one directory have a control socket each") {
  const Surroundings around;
  const auto socket = [&](Program program, const std::string& line) {
    return value(plan_launch(program, arguments(program, line), around), "kernel", "control_socket");
  };
  CHECK(socket(Program::kHbbs, "-p 21200") == "\"junctord.sock\"");
  CHECK(socket(Program::kHbbr, "") == "\"junctord-hbbr.sock\"");
  CHECK(socket(Program::kHbbr, "-p 21117") == "\"junctord-hbbr.sock\"");
  CHECK(socket(Program::kHbbr, "-p 21201") == "\"junctord-hbbr-21201.sock\"");
  CHECK(value(plan_launch(Program::kHbbr, {}, around), "kernel", "share_data_dir") == "true");
}

TEST_CASE("an image may have its control socket at a place of its own") {
  Surroundings around;
  around.control_socket = "/run/junctord.sock";
  const Translation plan = plan_launch(Program::kHbbr, {}, around);
  CHECK(value(plan, "kernel", "control_socket") == "\"/run/junctord.sock\"");
}

TEST_CASE("a relay with the public file alone checks against it, an ID server is not helped so") {
  const std::string open = wire::SigningKeys::from_seed({3}).public_text();
  Surroundings around;
  around.has_secret_key = false;
  around.public_key = open;
  const auto key = [&](Program program, const std::string& line) {
    return value(plan_launch(program, arguments(program, line), around), "auth_key", "key");
  };
  CHECK(key(Program::kHbbr, "-k _") == "\"" + open + "\"");
  CHECK(key(Program::kHbbr, "") == "-");
  CHECK(key(Program::kHbbs, "-k _") == "\"-\"");
  around.has_secret_key = true;
  CHECK(key(Program::kHbbr, "-k _") == "\"-\"");
}

TEST_CASE("an image with only its name changed is both servers, with its variables and their key") {
  const auto keys = wire::SigningKeys::from_seed({4});
  Surroundings around;
  around.directory = "/data";
  around.has_secret_key = false;
  around.environment = {{"RELAY", "rd.example.org", "environment"},
                        {"PORT", "21200", "environment"},
                        {"KEY_PRIV", keys.secret_text(), "/run/secrets/key_priv"}};
  CHECK(is_image_start(around.environment));
  CHECK_FALSE(is_image_start({{"PORT", "21200", "environment"}, {"RELAY", "", "environment"}}));
  const Translation plan = plan_image(around);
  CHECK_FALSE(plan.failed());
  CHECK(value(plan, "kernel", "base_port") == "21200");
  CHECK(value(plan, "kernel", "data_dir") == "\"/data\"");
  CHECK(value(plan, "rendezvous", "enabled") == "true");
  CHECK(value(plan, "relay", "enabled") == "true");
  CHECK(value(plan, "relay", "listen") == "-");
  CHECK(value(plan, "holepunch", "relay") == "[{ address = \"rd.example.org\" }]");
  REQUIRE(plan.find("auth_key", "key") != nullptr);
  CHECK(plan.find("auth_key", "key")->secret);
  CHECK(plan.find("auth_key", "key")->value == "\"" + keys.secret_text() + "\"");
  CHECK_FALSE(has(conf_text(plan, Secrets::kHidden), keys.secret_text().substr(0, 20)));
}

TEST_CASE("the help has every setting") {
  const std::string help = launch_help();
  for (const Setting& one : settings()) {
    CHECK(has(help, one.name.empty() ? flags_text(one) : std::string{one.name}));
  }
}

}  // namespace
}  // namespace junctor::stock
