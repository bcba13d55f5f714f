//! What the grocer trades in, where, and for whom. The names are those of the mock-ups.

use model::names::{Name, NameOf};

use records::NameRow;

/// One thing of the catalogue.
pub(super) struct Item {
    pub(super) id: &'static str,
    zh: &'static str,
    en: &'static str,
    unit: Option<&'static str>,
    /// How busy it is compared with the others of its kind.
    pub(super) weight: u64,
}

const fn item(id: &'static str, zh: &'static str, en: &'static str, weight: u64) -> Item {
    Item { id, zh, en, unit: None, weight }
}

const fn product(id: &'static str, zh: &'static str, en: &'static str, unit: &'static str, weight: u64) -> Item {
    Item { id, zh, en, unit: Some(unit), weight }
}

pub(super) const PRODUCTS: [Item; 36] = [
    product("rice", "大米", "Rice", "袋", 160),
    product("mineral_water", "矿泉水", "Mineral water", "箱", 149),
    product("flour", "面粉", "Flour", "袋", 138),
    product("tissues", "抽纸", "Tissues", "提", 128),
    product("milk", "牛奶", "Milk", "箱", 117),
    product("apple", "苹果", "Apple", "箱", 106),
    product("cooking_oil", "食用油", "Cooking oil", "桶", 95),
    product("eggs", "鸡蛋", "Eggs", "箱", 90),
    product("banana", "香蕉", "Banana", "箱", 84),
    product("sugar", "白砂糖", "White sugar", "袋", 78),
    product("soy_sauce", "酱油", "Soy sauce", "瓶", 75),
    product("laundry_liquid", "洗衣液", "Laundry liquid", "瓶", 72),
    product("instant_noodles", "方便面", "Instant noodles", "箱", 98),
    product("noodles", "挂面", "Dried noodles", "包", 66),
    product("vinegar", "食醋", "Vinegar", "瓶", 52),
    product("salt", "食盐", "Salt", "袋", 60),
    product("tofu", "豆腐", "Tofu", "盒", 44),
    product("yoghurt", "酸奶", "Yoghurt", "箱", 70),
    product("bread", "面包", "Bread", "个", 64),
    product("biscuits", "饼干", "Biscuits", "盒", 50),
    product("potato", "土豆", "Potato", "袋", 68),
    product("tomato", "西红柿", "Tomato", "箱", 58),
    product("cabbage", "大白菜", "Chinese cabbage", "袋", 54),
    product("onion", "洋葱", "Onion", "袋", 42),
    product("orange", "橙子", "Orange", "箱", 62),
    product("grape", "葡萄", "Grape", "箱", 38),
    product("green_tea", "绿茶", "Green tea", "盒", 36),
    product("coffee", "咖啡", "Coffee", "盒", 34),
    product("orange_juice", "橙汁", "Orange juice", "箱", 46),
    product("cola", "可乐", "Cola", "箱", 86),
    product("beer", "啤酒", "Beer", "箱", 92),
    product("pork", "猪肉", "Pork", "箱", 56),
    product("chicken", "鸡肉", "Chicken", "箱", 48),
    product("toothpaste", "牙膏", "Toothpaste", "支", 40),
    product("shampoo", "洗发水", "Shampoo", "瓶", 37),
    product("soap", "香皂", "Soap", "块", 32),
];

pub(super) const WAREHOUSES: [Item; 12] = [
    item("shanghai-pudong", "上海浦东仓", "Shanghai Pudong", 155),
    item("guangzhou-baiyun", "广州白云仓", "Guangzhou Baiyun", 144),
    item("beijing-daxing", "北京大兴仓", "Beijing Daxing", 134),
    item("shenzhen-longgang", "深圳龙岗仓", "Shenzhen Longgang", 123),
    item("chengdu-shuangliu", "成都双流仓", "Chengdu Shuangliu", 113),
    item("wuhan-dongxihu", "武汉东西湖仓", "Wuhan Dongxihu", 102),
    item("hangzhou-xiaoshan", "杭州萧山仓", "Hangzhou Xiaoshan", 92),
    item("zhengzhou-airport", "郑州航空港仓", "Zhengzhou Airport", 81),
    item("nanjing-jiangning", "南京江宁仓", "Nanjing Jiangning", 71),
    item("chongqing-yubei", "重庆渝北仓", "Chongqing Yubei", 60),
    item("xian-weiyang", "西安未央仓", "Xi'an Weiyang", 50),
    item("shenyang-hunnan", "沈阳浑南仓", "Shenyang Hunnan", 40),
];

pub(super) const COMPANIES: [Item; 5] = [
    item("xinyuan", "鑫源商贸", "Xinyuan Trading", 31),
    item("hengtong", "恒通供应链", "Hengtong Supply Chain", 24),
    item("baiwei", "百味食品", "Baiwei Foods", 19),
    item("lianfeng", "联丰物流", "Lianfeng Logistics", 15),
    item("ruikang", "瑞康日化", "Ruikang Household", 11),
];

/// The names of everything the grocer mentions, ready for [`records::Records::store_catalogue`].
pub fn names() -> Vec<NameRow> {
    let row = |of: NameOf, it: &Item| NameRow {
        of,
        id: it.id.to_owned(),
        name: Name { zh: Some(it.zh.to_owned()), en: Some(it.en.to_owned()) },
        unit: it.unit.map(str::to_owned),
    };
    let products = PRODUCTS.iter().map(|it| row(NameOf::Product, it));
    let warehouses = WAREHOUSES.iter().map(|it| row(NameOf::Warehouse, it));
    let companies = COMPANIES.iter().map(|it| row(NameOf::Company, it));
    products.chain(warehouses).chain(companies).collect()
}

/// Every product in every warehouse.
pub fn keys() -> impl Iterator<Item = (&'static str, &'static str)> {
    PRODUCTS.iter().flat_map(|product| WAREHOUSES.iter().map(|warehouse| (product.id, warehouse.id)))
}
