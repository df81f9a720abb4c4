// tests/libraries/records.cpp: a plugin with an HDF5 file that stays open on the engine.
#include <hdf5.h>

#include <memory>
#include <string>
#include <vector>

#include <enginery/plugin.hpp>

/// A growing row of numbers in a file, which HDF5 writes when it is closed.
class Records {
 public:
  explicit Records(const std::string& path) : file_(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)) {
    const hsize_t none = 0, any = H5S_UNLIMITED, chunk = 16;
    const hid_t space = H5Screate_simple(1, &none, &any), how = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(how, 1, &chunk);
    set_ = H5Dcreate2(file_, "numbers", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, how, H5P_DEFAULT);
    H5Pclose(how);
    H5Sclose(space);
  }
  Records(const Records&) = delete;
  ~Records() {
    H5Dclose(set_);
    H5Fclose(file_);
  }
  void append(const std::vector<double>& numbers) {
    const hsize_t count = numbers.size(), begin = size_;
    size_ += count;
    H5Dset_extent(set_, &size_);
    const hid_t in_file = H5Dget_space(set_), in_memory = H5Screate_simple(1, &count, nullptr);
    H5Sselect_hyperslab(in_file, H5S_SELECT_SET, &begin, nullptr, &count, nullptr);
    H5Dwrite(set_, H5T_NATIVE_DOUBLE, in_memory, in_file, H5P_DEFAULT, numbers.data());
    H5Sclose(in_memory);
    H5Sclose(in_file);
  }

 private:
  hid_t file_, set_ = -1;
  hsize_t size_ = 0;
};

static std::vector<double> read_all(const std::string& path) {
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  if (file < 0) throw enginery::ValueError(path + " is no HDF5 file");
  const hid_t set = H5Dopen2(file, "numbers", H5P_DEFAULT), space = H5Dget_space(set);
  std::vector<double> numbers(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data());
  H5Sclose(space);
  H5Dclose(set);
  H5Fclose(file);
  return numbers;
}

ENGINERY_PLUGIN(records, m) {
  m.def("open", [](const std::string& name, const std::string& path) {
    enginery::globals()[name] = enginery::Value::opaque(std::make_shared<Records>(path));
  });
  m.def("append", [](Records& records, const std::vector<double>& numbers) { records.append(numbers); });
  m.def("read", read_all, "path"_a);
}
