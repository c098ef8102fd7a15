// SPDX-License-Identifier: Apache-2.0
#include "tools/doctor/doctor.hpp"

#include <Poco/JSON/Stringifier.h>
#include <langinfo.h>
#include <unistd.h>

#include <clocale>
#include <iostream>
#include <string_view>

#include "tools/doctor/report.hpp"

namespace junctor::tools::doctor {
namespace {

Signs signs_of_output() {
  std::setlocale(LC_CTYPE, "");
  const bool unicode = std::string_view{::nl_langinfo(CODESET)} == "UTF-8";
  return unicode && ::isatty(STDOUT_FILENO) == 1 ? Signs::kUnicode : Signs::kAscii;
}

}  // namespace

bool run(const Examine& examine, bool json) {
  if (json) {
    const Report report = examine([](const Check&) {});
    Poco::JSON::Stringifier::stringify(to_json(report), std::cout, 0);
    std::cout << std::endl;
    return !report.failed();
  }
  const Signs signs = signs_of_output();
  const Report report = examine([signs](const Check& check) { std::cout << check_line(check, signs) << std::flush; });
  std::cout << advice(report) << std::flush;
  return !report.failed();
}

}  // namespace junctor::tools::doctor
