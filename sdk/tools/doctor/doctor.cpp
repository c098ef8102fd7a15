// SPDX-License-Identifier: Apache-2.0
#include "tools/doctor/doctor.hpp"

#include <Poco/JSON/Stringifier.h>
#include <langinfo.h>
#include <unistd.h>

#include <clocale>
#include <iostream>
#include <string_view>

#include "tools/doctor/examination.hpp"
#include "tools/doctor/report.hpp"

namespace junctor::tools::doctor {
namespace {

Signs signs_of_output() {
  std::setlocale(LC_CTYPE, "");
  const bool unicode = std::string_view{::nl_langinfo(CODESET)} == "UTF-8";
  return unicode && ::isatty(STDOUT_FILENO) == 1 ? Signs::kUnicode : Signs::kAscii;
}

}  // namespace

bool run(const Target& target, bool json) {
  if (json) {
    const Report report = Examination{target, [](const Check&) {}}.run();
    Poco::JSON::Stringifier::stringify(to_json(report), std::cout, 0);
    std::cout << std::endl;
    return !report.failed();
  }
  const Signs signs = signs_of_output();
  const auto show = [signs](const Check& check) { std::cout << check_line(check, signs) << std::flush; };
  const Report report = Examination{target, show}.run();
  std::cout << advice(report) << std::flush;
  return !report.failed();
}

}  // namespace junctor::tools::doctor
