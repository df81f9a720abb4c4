// tests/libraries/libraries_test.cpp: libraries that were made without a thought of enginery, on its engines.
#include <cmath>
#include <complex>
#include <cstdio>
#include <numbers>

#include <Eigen/LU>

#include "tests/process/cluster_fixture.hpp"

namespace enginery {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

namespace fs = std::filesystem;
using Signal = std::vector<std::complex<double>>;

/// Skips the test unless the plugin was built.
#define NEEDS(plugin, package)                 \
  if (!fs::exists(FIXTURE_PLUGINS "/" plugin)) \
  GTEST_SKIP() << package " is not installed; tools/setup.sh --all installs it, and configure again"

class LibrariesTest : public ClusterTest {
 protected:
  /// What this process itself loads, by local(), has one cache for all tests.
  static void SetUpTestSuite() {
    std::string folder = (fs::temp_directory_path() / "enginery-libraries-XXXXXX").string();
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    cache_ = folder;
  }
  static void TearDownTestSuite() { fs::remove_all(cache_); }
  void SetUp() override {
    ClusterTest::SetUp();
    setenv("ENGINERY_CACHE", (cache_ / "cache").c_str(), 1);
  }
  void start(int engines = 1) { start_engines(engines, ""); }
  void import(const std::string& plugin) { on(0).execute("import " + plugin).get(); }
  static std::string output_of(const std::string& command) {
    std::string text;
    FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
    char buffer[4096];
    while (std::fgets(buffer, sizeof buffer, pipe)) text += buffer;
    ::pclose(pipe);
    return text;
  }

  static inline fs::path cache_;
};

TEST_F(LibrariesTest, ASpdlogOfTheUsersOwnIsNotOurs) {
  start();
  import("own_log");
  EXPECT_EQ(on(0).apply_sync<std::string>("own_log.logged", "it is mine"), "own warning: it is mine\n");
  local().sync_imports({"own_log"});
  EXPECT_EQ(local().apply_sync<std::string>("own_log.logged", "and here"), "own warning: and here\n");
}

TEST_F(LibrariesTest, APlanOfFftwStaysOnTheEngine) {
  NEEDS("fourier.so", "libfftw3-dev");
  start();
  import("fourier");
  on(0).apply(stays("fourier.plan"), 8).store_as("plan");
  Signal signal, expected;
  for (int i = 0; i < 8; ++i) signal.emplace_back(i * i, -i);
  for (int k = 0; k < 8; ++k) {
    std::complex<double> sum;
    for (int i = 0; i < 8; ++i)
      sum += signal[static_cast<std::size_t>(i)] * std::polar(1.0, -2 * std::numbers::pi * i * k / 8);
    expected.push_back(sum);
  }
  const auto got = on(0).apply_sync<Signal>("fourier.transform", Reference("plan"), signal);
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_LT(std::abs(got[i] - expected[i]), 1e-12);
  EXPECT_THAT(error_of([&] { on(0).apply_sync("fourier.plan", 8); }), HasSubstr("Plan"));
}

TEST_F(LibrariesTest, ArmadillosMatricesTravelByTheCodecOfTheDocuments) {
  NEEDS("matrices.so", "libarmadillo-dev");
  start();
  import("matrices");
  const Eigen::MatrixXd A = Eigen::Matrix3d{{2, 1, 0}, {1, 3, 1}, {0, 1, 4}};
  const Eigen::Matrix<double, -1, -1, Eigen::RowMajor> in_rows = A;
  const Value as_list = List{List{2, 1, 0}, List{1.0, 3, 1}, List{0, 1, 4}};
  for (const Value& given : {Value(A), Value(in_rows), as_list}) {
    const auto inverse = on(0).apply_sync<Eigen::MatrixXd>("matrices.inverse", given);
    EXPECT_LT((inverse - A.inverse()).norm(), 1e-14);
  }
  on(0)["A"] = A;
  on(0).apply_sync("matrices.scale", Reference("A"), 2);
  EXPECT_EQ(on(0).pull<Eigen::MatrixXd>("A"), Eigen::MatrixXd(2 * A)) << "in place";
  EXPECT_THAT(error_of([&] {
                on(0).apply_sync("matrices.inverse", std::vector<double>{1, 2});
              }),
              HasSubstr("an arma::mat has two dimensions; got an f64 array of shape (2,)"));
}

TEST_F(LibrariesTest, OpenCvsImagesTravelByTheCodecOfTheDocuments) {
  NEEDS("images.so", "libopencv-core-dev");
  start();
  import("images");
  Eigen::Matrix<std::uint8_t, -1, -1, Eigen::RowMajor> image(2, 3);
  image << 1, 2, 3, 4, 5, 6;
  Eigen::Matrix<std::uint8_t, -1, -1, Eigen::RowMajor> turned(3, 2), corner(2, 2);
  turned << 4, 1, 5, 2, 6, 3;
  corner << 1, 2, 4, 5;
  using Image = decltype(image);
  EXPECT_EQ(on(0).apply_sync<Image>("images.turned", image), turned);
  EXPECT_EQ(on(0).apply_sync<Image>("images.corner", image), corner);
  on(0)["image"] = image;
  EXPECT_EQ(on(0).apply_sync<double>("images.brightness", Reference("image")), 3.5);
  EXPECT_THAT(error_of([&] { on(0).apply_sync("images.turned", std::vector<double>{1}); }),
              HasSubstr("an image is an array of rows, columns and channels"));
}

TEST_F(LibrariesTest, AnHdf5FileIsWholeAfterARestartAndAStop) {
  NEEDS("records.so", "libhdf5-dev");
  start();
  import("records");
  const std::string file = folder_ / "records.h5", other = folder_ / "others.h5";
  on(0).apply_sync("records.open", "log", file);
  on(0).apply_sync("records.append", Reference("log"), std::vector<double>{1, 2});
  on(0).apply_sync("records.append", Reference("log"), std::vector<double>{3});
  rc().restart(0);
  EXPECT_EQ(on(0).apply_sync<std::vector<double>>("records.read", file), (std::vector<double>{1, 2, 3}));
  on(0).apply_sync("records.open", "log", other);
  on(0).apply_sync("records.append", Reference("log"), std::vector<double>{4});
  client_.reset();
  ASSERT_EQ(run("stop"), 0);
  start();
  import("records");
  EXPECT_EQ(on(0).apply_sync<std::vector<double>>("records.read", other), (std::vector<double>{4}));
}

TEST_F(LibrariesTest, NumpyFindsPythonThatWasOpenedGlobally) {
  NEEDS("numpy.so", "python3-dev or python3-numpy");
  start();
  import("numpy");
  EXPECT_EQ(on(0).apply_sync<std::string>("numpy.evaluated", "(numpy.arange(4) ** 2).tolist()"), "[0, 1, 4, 9]");
}

TEST_F(LibrariesTest, TwoPluginsWithTheSameGeneratedCodeAreToldApart) {
  NEEDS("rows.so", "libprotobuf-dev or protobuf-compiler");
  start();
  import("rows");
  const auto packed = [&] { return on(0).apply_sync<std::string>("rows.packed", "a", std::vector<double>{1.5}); };
  EXPECT_EQ(packed(), "name: \"a\"\nnumbers: 1.5\n");
  EXPECT_THAT(
      error_of([&] { import("rows_too"); }),
      AllOf(HasSubstr("rows_too.so: stage dlopen: loading it beside"), HasSubstr("rows.so, which this process has"),
            HasSubstr("GeneratedDatabase"), HasSubstr("a shared library of its own")));
  EXPECT_EQ(packed(), "name: \"a\"\nnumbers: 1.5\n");
  local().sync_imports({"rows"});
  EXPECT_THAT(error_of([&] { local().sync_imports({"rows_too"}); }), HasSubstr("stage dlopen: loading it beside"));
  EXPECT_THAT(output_of(ENGINERY_COMMAND " plugins rows rows_too"),
              AllOf(HasSubstr("rows\n"), HasSubstr("rows_too\n")));
}

TEST_F(LibrariesTest, AProgramThatIsBuiltAgainTakesARestartThatKeepsTheVariables) {
  NEEDS("1/rows_program", "libprotobuf-dev or protobuf-compiler");
  start();
  EXPECT_EQ(output_of(FIXTURE_PLUGINS "/1/rows_program"), "numbers: 1\n");
  EXPECT_EQ(output_of(FIXTURE_PLUGINS "/1/rows_program"), "numbers: 1\n");
  EXPECT_THAT(output_of(FIXTURE_PLUGINS "/2/rows_program"),
              AllOf(HasSubstr("beside an older build of it, "), HasSubstr("rc.restart(id, {.keep = true})")));
  EXPECT_EQ(output_of(FIXTURE_PLUGINS "/2/rows_program again"), "kept x = 0.5, lost 0\nnumbers: 2\n");
}

}  // namespace
}  // namespace enginery
