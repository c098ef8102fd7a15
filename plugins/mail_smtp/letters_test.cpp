// SPDX-License-Identifier: Apache-2.0
#include "letters.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "support/temp_dir.hpp"

namespace junctor::mail_smtp {
namespace {

TEST_CASE("every letter is there in both languages, and says its values") {
  const Values values{{"name", "Ada"},    {"site", "rd.example.org"}, {"link", "https://rd.example.org/x"},
                      {"code", "123456"}, {"address", "192.0.2.1"},   {"alarm", "too many tries"}};
  for (const std::string& name : letter_names()) {
    CAPTURE(name);
    const auto english = letter(name, "en", values, "");
    const auto italian = letter(name, "it", values, "");
    REQUIRE(english);
    REQUIRE(italian);
    CHECK(english->text != italian->text);
    for (const auto& one : {*english, *italian}) {
      CHECK((one.subject + one.text).find("rd.example.org") != std::string::npos);
      CHECK((one.subject + one.text).find('{') == std::string::npos);
      CHECK(one.html.find("<p>") != std::string::npos);
    }
  }
  CHECK(letter("reset", "en", values, "")->html.find("<a href=\"https://rd.example.org/x\">") != std::string::npos);
}

TEST_CASE("names that look like markup or headers stay text") {
  const auto made = letter("invitation", "en", {{"by", "Eve\r\nBcc: all@example.org"}, {"name", "<script>"}}, "");
  CHECK(made->subject.find('\n') == std::string::npos);
  CHECK(made->html.find("<script>") == std::string::npos);
  CHECK(made->html.find("&lt;script&gt;") != std::string::npos);
}

TEST_CASE("an operator's files take the place of the built-in words") {
  const testing::TempDir dir;
  dir.write("reset.en.txt", "Subject: For {name}\n\nUse {link}\n");
  CHECK(letter("reset", "en", {{"name", "Ada"}, {"link", "L"}}, dir.path())->subject == "For Ada");
  CHECK(letter("reset", "en", {{"name", "Ada"}, {"link", "L"}}, dir.path())->text == "Use L\n");
  CHECK(letter("reset", "it", {}, dir.path())->text.find("Ciao") == 0);
  dir.write("reset.en.html", "<b>{name}</b>");
  CHECK(letter("reset", "en", {{"name", "<i>"}}, dir.path())->html == "<b>&lt;i&gt;</b>");
  dir.write("code.en.txt", "no subject");
  CHECK_THROWS_WITH_AS(letter("code", "en", {}, dir.path()), doctest::Contains("code.en.txt:1"), std::runtime_error);
}

TEST_CASE("no file is opened for a name that is no letter") {
  const testing::TempDir dir;
  dir.write("secret.en.txt", "Subject: x\n\nsecret\n");
  CHECK_FALSE(letter("secret", "en", {}, dir.path()));
  CHECK_FALSE(letter("../secret", "en", {}, dir.path() + "/x"));
  CHECK_FALSE(letter("reset", "../en", {}, dir.path()));
}

TEST_CASE("an address is one address") {
  CHECK(is_address("ada@example.org"));
  CHECK(is_address("a.b+c@xn--bcher-kva.example"));
  for (const std::string wrong :
       {"", "ada", "@example.org", "ada@", "a@b@c", "a b@c.d", "a@b\r\nBcc: c@d", "a@b,c@d", "<a@b>", "\"a\"@b"}) {
    CAPTURE(wrong);
    CHECK_FALSE(is_address(wrong));
  }
}

}  // namespace
}  // namespace junctor::mail_smtp
