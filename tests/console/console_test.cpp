// SPDX-License-Identifier: Apache-2.0
// The console from Chromium: this makes a site with users, groups and devices, console.mjs does what people do there.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "site.hpp"

namespace junctor::site {
namespace {

constexpr const char* kChromium = "/usr/bin/chromium";
constexpr const char* kPassword = "sunlit-harbour-41-otters";

void ctl(Site& site, std::vector<std::string> words, const std::string& input = "") {
  std::string line = std::string{JUNCTOR_TEST_CTL} + " --data " + site.server().data_dir();
  for (const std::string& word : words) line += " '" + word + "'";
  if (!input.empty()) line = "printf '%s' '" + input + "' | " + line;
  const testing::Finished done = testing::run({"sh", "-c", line});
  INFO(line, "\n", done.out, done.err);
  REQUIRE(done.code == 0);
}

TEST_CASE("people do their work in the console, by mouse and by keyboard") {
  if (!std::filesystem::exists(kChromium)) {
    MESSAGE("skipped: ", kChromium, " is missing (package chromium)");
    std::exit(77);
  }
  Site site{std::string{"[http]\nlisten = [\"127.0.0.1:P-2\"]\n[accounts]\n[console]\nfiles = \""} +
            JUNCTOR_CONSOLE_PAGES + "\"\n"};
  site.start();
  ctl(site, {"user", "password", "admin", "--password-stdin"}, kPassword);
  ctl(site, {"user", "add", "grace", "--password-stdin"}, kPassword);
  Device one{site, "127.0.0.2", "700000001"};
  Device two{site, "127.0.0.3", "700000002"};

  ::setenv("CONSOLE_URL", ("http://127.0.0.1:" + std::to_string(site.server().port(-2))).c_str(), 1);
  ::setenv("CONSOLE_PASSWORD", kPassword, 1);
  ::setenv("CONSOLE_WEB", JUNCTOR_CONSOLE_WEB, 1);
  ::setenv("CONSOLE_SHOTS", (std::string{JUNCTOR_CONSOLE_WEB} + "/shots").c_str(), 1);
  const testing::Finished done =
      testing::run({"node", std::string{JUNCTOR_CONSOLE_SCRIPT} + "/console.mjs"}, testing::Millis{420'000});
  INFO(done.out, done.err, site.server().log());
  CHECK(done.code == 0);
}

}  // namespace
}  // namespace junctor::site
