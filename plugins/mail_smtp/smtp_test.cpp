// SPDX-License-Identifier: Apache-2.0
// Against a real SMTP server, which takes mails, greylists, refuses and hangs.
#include "smtp.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "letters.hpp"
#include "sender.hpp"
#include "support/certificate.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace junctor::mail_smtp {
namespace {

using namespace std::chrono_literals;

class MailServer {
 public:
  explicit MailServer(const std::string& mode) {
    const testing::Certificate pair = testing::make_certificate("localhost");
    certificate = dir.write("cert.pem", pair.certificate);
    process_.emplace(std::vector<std::string>{"/usr/bin/python3", JUNCTOR_TEST_MAIL_SERVER, mode, dir.path(),
                                              certificate, dir.write("key.pem", pair.key)},
                     dir.file("out"), dir.file("err"));
    const std::string text = when_there("port");
    INFO(testing::read_file(dir.file("err")));
    REQUIRE(!text.empty());
    server.host = "localhost";
    server.port = static_cast<uint16_t>(std::stoi(text));
    server.from = "junctor@rd.example.org";
    server.from_name = "Jünctor";
    server.security = mode == "starttls" ? Security::kStartTls : mode == "tls" ? Security::kTls : Security::kNone;
    server.ca_file = certificate;
    if (server.security != Security::kNone) server.account = "junctor", server.password = "right";
    server.timeout = 10s;
  }
  std::string when_there(const std::string& name) const {
    const auto end = std::chrono::steady_clock::now() + testing::kPatience;
    while (!std::filesystem::exists(dir.file(name)) && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(5ms);
    }
    return testing::read_file(dir.file(name));
  }

  testing::TempDir dir;
  std::string certificate;
  Server server;

 private:
  std::optional<testing::Process> process_;
};

Mail a_mail() {
  Mail mail{"ada@example.org", "reset", {}, 0, 0, false};
  mail.letter = *letter("reset", "it", {{"name", "Ada"}, {"site", "rd.example.org"}, {"link", "https://x/y#z"}}, "");
  return mail;
}

void deliver_now(const MailServer& server, const Server& how) {
  deliver(how, a_mail(), [](const Poco::Net::StreamSocket&) {});
  (void)server;
}

TEST_CASE("a mail goes by STARTTLS and by TLS, with a log-in, as text and as HTML") {
  for (const std::string mode : {"starttls", "tls"}) {
    CAPTURE(mode);
    const MailServer server{mode};
    deliver_now(server, server.server);
    const std::string mail = server.when_there("mail.1");
    CHECK(mail.find("X-From: junctor@rd.example.org") != std::string::npos);
    CHECK(mail.find("X-To: ['ada@example.org']") != std::string::npos);
    if (mode == "starttls") CHECK(mail.find("X-Tls: True") != std::string::npos);  // the other speaks nothing else
    CHECK(mail.find("multipart/alternative") != std::string::npos);
    CHECK(mail.find("text/plain; charset=UTF-8") != std::string::npos);
    CHECK(mail.find("text/html; charset=UTF-8") != std::string::npos);
    CHECK(mail.find("Auto-Submitted: auto-generated") != std::string::npos);
    CHECK(mail.find("Subject: Una nuova password per rd.example.org") != std::string::npos);
  }
}

TEST_CASE("a certificate that nobody vouches for, and a wrong password, are said and not tried for ever") {
  const MailServer server{"starttls"};
  Server strange = server.server;
  strange.ca_file.clear();
  CHECK_THROWS_WITH_AS(deliver_now(server, strange), doctest::Contains("ertificate"), Failed);
  Server other_name = server.server;
  other_name.host = "127.0.0.1";
  CHECK_THROWS_AS(deliver_now(server, other_name), Failed);
  Server wrong = server.server;
  wrong.password = "wrong";
  try {
    deliver_now(server, wrong);
    FAIL("it was taken");
  } catch (const Failed& failed) {
    CAPTURE(std::string{failed.what()});
    CHECK_FALSE(failed.again);
  }
}

TEST_CASE("what the server refuses for good is not tried again; what it puts off is") {
  const MailServer refusing{"reject"};
  try {
    deliver_now(refusing, refusing.server);
    FAIL("it was taken");
  } catch (const Failed& failed) {
    CHECK_FALSE(failed.again);
    CHECK(std::string{failed.what()}.find("No such user") != std::string::npos);
  }
  Server nowhere = refusing.server;
  nowhere.port = 1;
  try {
    deliver_now(refusing, nowhere);
    FAIL("it was taken");
  } catch (const Failed& failed) {
    CHECK(failed.again);
  }
}

struct Results {
  std::mutex mutex;
  std::condition_variable came;
  std::vector<std::string> all;

  bool wait_for(size_t count) {
    std::unique_lock lock{mutex};
    return came.wait_for(lock, testing::kPatience, [&] { return all.size() >= count; });
  }
};

TEST_CASE("a greylisted mail is tried again, and arrives") {
  const MailServer server{"greylist"};
  Results results;
  Sender sender{server.server, Outbox::Limits{10, 10, 0, 0, 3600}, [] { return static_cast<int64_t>(::time(nullptr)); },
                [&](const Mail& mail, const std::string& why, bool last) {
                  const std::lock_guard lock{results.mutex};
                  results.all.push_back(std::to_string(mail.tries) + (last ? " last " : " again ") + why);
                  results.came.notify_all();
                }};
  sender.start();
  CHECK(sender.put(a_mail()) == Outbox::Taken::kYes);
  REQUIRE(results.wait_for(2));
  CHECK(results.all[0].rfind("1 again", 0) == 0);
  CHECK(results.all[1] == "2 last ");
  CHECK(!server.when_there("mail.1").empty());
}

TEST_CASE("a server that hangs holds up nobody who stops") {
  MailServer server{"hang"};
  server.server.timeout = 600s;
  Sender sender{server.server,
                {},
                [] { return static_cast<int64_t>(::time(nullptr)); },
                [](const Mail&, const std::string&, bool) {}};
  sender.start();
  sender.put(a_mail());
  const auto end = std::chrono::steady_clock::now() + testing::kPatience;
  while (sender.waiting() != 0 && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(5ms);
  const auto begun = std::chrono::steady_clock::now();
  sender.stop();
  CHECK(std::chrono::steady_clock::now() - begun < testing::kPatience);
}

}  // namespace
}  // namespace junctor::mail_smtp
